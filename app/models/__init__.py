"""What is stored: the tables, and plain functions that read and change them inside a transaction of ``Database``."""

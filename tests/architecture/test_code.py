"""Rules of the code that neither the linter nor the import contracts can state."""

from __future__ import annotations

import ast
import sys

from tests.architecture.source import ROOT, dotted, files, modules, nodes, place

# The only files that may read the clock, and may catch what they cannot name.
CLOCK = "app/domain/clock.py"
LAST_RESORTS = {
    "app/ui/runtime/tasks.py": "the task runner: logs and shows our fault",
    "app/services/child.py": "the supervisor of the public child: restarts it",
    "app/web/asgi.py": "the edge of the public pages: answers 500 without a word of it",
    "app/services/outbox.py": "the edge of the providers: a write that is owed stays owed, whatever a library does",
    "app/services/remote.py": "the edge of the providers: whatever a library does, a look that failed has failed",
}

# Threads that do not look at an error but hand it to the one who waits for them.
HANDED_OVER = {
    "app/models/lanes.py", "app/models/database.py", "app/providers/office365/apart.py", "app/providers/exchange/attempt.py",
    "app/providers/exchange/worker.py",
}  # fmt: skip
# The outermost loop of a program is not nested in any; and the last picture is painted before there is one.
OUTERMOST_LOOPS = {"app.exec", "QApplication.exec"}
BEFORE_THE_LOOP = "app/ui/first_picture.py"

READS_OF_THE_CLOCK = {
    "time.time", "time.time_ns", "time.localtime", "time.gmtime", "datetime.now", "datetime.utcnow", "datetime.today",
    "date.today", "datetime.datetime.now", "datetime.datetime.utcnow", "datetime.date.today",
    "QDateTime.currentDateTime", "QDateTime.currentDateTimeUtc", "QDate.currentDate", "QTime.currentTime",
    "QDateTime.currentSecsSinceEpoch", "QDateTime.currentMSecsSinceEpoch", "func.now", "func.current_timestamp",
}  # fmt: skip
# They run an event loop inside the event loop: the coroutine that waits for them never goes on.
NESTED_LOOPS = {
    *(f"QMessageBox.{name}" for name in ("information", "question", "warning", "critical", "about", "aboutQt")),
    *(f"QFileDialog.get{name}" for name in ("OpenFileName", "OpenFileNames", "SaveFileName", "ExistingDirectory")),
    *(f"QInputDialog.get{name}" for name in ("Text", "Int", "Double", "Item", "MultiLineText")),
    *(f"Q{kind}Dialog.get{kind}" for kind in ("Color", "Font")),
    "QApplication.processEvents", "QCoreApplication.processEvents",
}  # fmt: skip
DOMAIN_MAY_NOT = {
    "asyncio", "ctypes", "http", "io", "logging", "multiprocessing", "os", "pathlib", "random", "shutil", "socket", "sqlite3",
    "ssl", "subprocess", "tempfile", "threading", "urllib",
}  # fmt: skip
# A migration is a record: it is as long as the tables were.
RECORDS = "app/models/migrations/versions/"
LONGEST_FILE = 500
LONGEST_FUNCTION = 60
MOST_PUBLIC_METHODS = 25


def test_dialogs_when_they_ask_never_run_a_loop_of_their_own():
    found = [
        place(name, node)
        for name, node in nodes(ast.Call)
        if (dotted(node.func).rpartition(".")[2] in ("exec", "exec_") or dotted(node.func) in NESTED_LOOPS)
        and dotted(node.func) not in OUTERMOST_LOOPS
        and name != BEFORE_THE_LOOP
    ]
    assert not found, "use open() and await the answer:\n" + "\n".join(found)


def test_time_when_it_is_asked_for_comes_from_one_clock():
    found = [place(name, node) for name, node in nodes(ast.Call) if name != CLOCK and dotted(node.func) in READS_OF_THE_CLOCK]
    found += [
        place(name, node)
        for name, node in nodes(ast.Constant)
        if isinstance(node.value, str) and ("CURRENT_TIMESTAMP" in node.value or "'now'" in node.value)
    ]
    assert not found, "take now as an argument:\n" + "\n".join(found)


def test_errors_when_nobody_knows_them_are_caught_in_the_last_resorts_only():
    found = []
    for name, handler in nodes(ast.ExceptHandler):
        kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
        everything = any(kind is None or dotted(kind) in ("Exception", "BaseException") for kind in kinds)
        passes_on = isinstance(handler.body[-1], ast.Raise) and handler.body[-1].exc is None
        if everything and not passes_on and name not in LAST_RESORTS.keys() | HANDED_OVER:
            found.append(place(name, handler))
    assert not found, "catch what can happen, by name:\n" + "\n".join(found)


def test_modules_when_they_hold_code_say_what_lives_there():
    found = [name for name, tree in modules().items() if tree.body and not ast.get_docstring(tree)]
    assert not found


def test_the_domain_when_it_imports_needs_nothing_but_values():
    found = []
    for name, tree in modules().items():
        if not name.startswith("app/domain/"):
            continue
        for node in ast.walk(tree):
            match node:
                case ast.Import(names=names):
                    imported = [alias.name for alias in names]
                case ast.ImportFrom(module=str(module)):
                    imported = [module]
                case _:
                    continue
            for module in imported:
                top = module.partition(".")[0]
                pure = top in sys.stdlib_module_names and top not in DOMAIN_MAY_NOT
                if not pure and not module.startswith("app.domain"):
                    found.append(place(name, node))
    assert not found


def test_files_and_functions_when_they_grow_are_split_by_subject():
    found = [
        f"{name}: {lines} lines" for name in modules() if (lines := len((ROOT / name).read_text().splitlines())) > LONGEST_FILE
    ]
    for kind in (ast.FunctionDef, ast.AsyncFunctionDef):
        for name, node in nodes(kind):
            lines = (node.end_lineno or 0) - node.lineno + 1
            if lines > LONGEST_FUNCTION and not name.startswith(RECORDS):
                found.append(f"{name}:{node.lineno}: {node.name} has {lines} lines")
    for name, node in nodes(ast.ClassDef):
        public = [
            item for item in node.body if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef) and item.name[0] != "_"
        ]
        if len(public) > MOST_PUBLIC_METHODS:
            found.append(f"{name}:{node.lineno}: {node.name} has {len(public)} public methods")
    assert not found


def test_names_of_files_when_chosen_say_the_subject():
    vague = {"utils", "util", "helpers", "helper", "common", "misc", "core"}
    assert not [name for name in files() if vague & {part.partition(".")[0] for part in name.split("/")}]


def test_promises_when_made_in_code_are_kept_in_code():
    marks = {"TODO", "FIXME", "XXX", "HACK"}
    found = [
        f"{name}:{number}"
        for name in files()
        if name.endswith((".py", ".html", ".css", ".js", ".sh", ".toml"))
        for number, line in enumerate((ROOT / name).read_text(encoding="utf-8").splitlines(), 1)
        if marks & set(line.replace(":", " ").replace("(", " ").split())
    ]
    assert not found

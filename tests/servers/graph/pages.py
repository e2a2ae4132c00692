"""The pages that a person sees while signing in."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.servers.graph.state import User

HEAD = "<!doctype html><html lang=en><meta charset=utf-8>"


def _hidden(fields: dict[str, str]) -> str:
    return "".join(
        f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">' for name, value in fields.items()
    )


def sign_in_page(action: str, app: str, passed_on: dict[str, str], people: list[User], rights: list[str]) -> str:
    """Who, and what the app may do: all of it or nothing."""
    who = ""
    for number, each in enumerate(people):
        chosen = " checked" if passed_on["login_hint"] in (each.email, each.upn) or not number else ""
        name = f"{html.escape(each.name)} &lt;{html.escape(each.email)}&gt;"
        who += f'<label><input type="radio" name="user" value="{html.escape(each.email)}"{chosen}> {name}</label><br>'
    wanted = "".join(f"<li>{html.escape(each)}</li>" for each in rights)
    return (
        f"{HEAD}<title>Sign in to your account</title><h1>Permissions requested</h1><p>{html.escape(app)} would like to:</p>"
        f'<ul>{wanted}</ul><form method="post" action="{html.escape(action)}">{_hidden(passed_on)}'
        f"<fieldset><legend>Pick an account</legend>{who}</fieldset>"
        '<button name="decision" value="cancel">Cancel</button> <button name="decision" value="accept">Accept</button>'
        "</form></html>"
    )


def answer_form(redirect: str, told: dict[str, str]) -> str:
    """``form_post``: the answer posts itself to the program that waits for it."""
    return (
        f'{HEAD}<title>Working...</title><form method="POST" action="{html.escape(redirect)}">{_hidden(told)}'
        "<noscript><p>Script is disabled. Click Submit to continue.</p><input type=submit value=Submit></noscript></form>"
        "<script>window.setTimeout(function () { document.forms[0].submit(); }, 0);</script></html>"
    )


def failure_page(refusal: dict[str, object]) -> str:
    text = html.escape(str(refusal["error_description"]))
    return f"{HEAD}<title>Sign in to your account</title><h1>Sorry, but we’re having trouble signing you in.</h1><p>{text}</p>"

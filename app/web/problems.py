"""Every reason code as a sentence for visitors: what is wrong with a field, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping

from app.domain.saying import Words
from app.domain.typed import Fault

SENTENCES: Mapping[str, str] = {
    Fault.MISSING: "Please fill this in.",
    Fault.TOO_LONG: "This is too long. Please shorten it.",
    Fault.TOO_MANY: "These are too many. Please leave some out.",
    Fault.CHARACTERS: "Some characters here cannot be used. Please type it again.",
    Fault.WRONG_TYPE: "This is not in the form that was expected.",
    Fault.NOT_AN_ADDRESS: "This is not an e-mail address. It should look like maja@example.org",
    Fault.NO_AT: "The @ is missing. It should look like maja@example.org",
    Fault.NO_END: "The end is missing, for instance .org: {value}.org",
    Fault.UNKNOWN_ZONE: "This time zone is not known. Please choose another.",
    Fault.UNKNOWN_LANGUAGE: "This language is not offered.",
    Fault.NOT_A_TIME: "This is not a date and time.",
    Fault.NOT_A_NUMBER: "Please write a number, for instance 8",
    Fault.NOT_A_CHOICE: "Please choose one of those that are offered.",
    Fault.NOT_A_DATE: "Please choose a date.",
    Fault.NOT_A_PHONE: "Please write a telephone number, for instance +45 12 34 56 78",
    Fault.MUST_BE_TICKED: "Please tick this to go on.",
    Fault.NOT_OFFERED: "This is not offered any more. Please choose again.",
    Fault.PAST: "This time has passed. Please choose another.",
    Fault.USED_FOR_ANOTHER_BODY: "This form was already sent with other answers. Please check them and send it again.",
    Fault.LEFT_EMPTY: "A hidden field was filled in, perhaps by your browser. It is empty again: please send the form anew.",
    Fault.TOO_FAST: "That was very fast. Please wait two seconds and send the form again.",
    Fault.EXPIRED: "This form has been open for a long time. Your answers are still here: please check them and send it again.",
}


def sentence(words: Words, code: str, value: str = "") -> str:
    """What to tell about a field that holds ``value``; an unknown code gets the plainest words."""
    return words.gettext(SENTENCES.get(code, SENTENCES[Fault.WRONG_TYPE])).format(value=value.rstrip("."))

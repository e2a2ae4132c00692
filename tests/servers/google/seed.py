"""A working life for a person who clicks through: calendars of their own, of others and of nobody, filled around today."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.servers.google.state import GoogleService, OAuthRegistration

ZONE = ZoneInfo("Europe/Copenhagen")
CLIENT = "123456789012-aftaledemoaftaledemo.apps.googleusercontent.com"
SECRET = "GOCSPX-aftale-for-tests"
ANNA, KIRSTEN, JONAS = "anna@annaholm.example", "kirsten.lund@nordvest.example", "jonas.beck@nordvest.example"
HOLIDAYS = "da.danish#holiday@group.v.calendar.google.com"
FJORD, MOSS, AMBER, HEATHER, BRICK = "#039be5", "#33b679", "#f6bf26", "#8e24aa", "#d50000"


@dataclass(frozen=True, slots=True)
class Plan:
    """An event ``days`` after Monday of this week; ``begin`` and ``end`` are hours, none for whole days."""

    days: int
    begin: float
    end: float
    summary: str
    more: dict[str, Any]


def plan(days: int, begin: float, end: float, summary: str, **more: Any) -> Plan:
    return Plan(days, begin, end, summary, more)


def guest(email: str, answer: str = "accepted") -> dict[str, str]:
    return {"email": email, "responseStatus": answer}


WEEKLY, WORKDAYS = ["RRULE:FREQ=WEEKLY"], ["RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"]
OWN = (
    plan(0, 8.5, 9, "Plan the week", recurrence=WEEKLY),
    plan(0, 12, 12.5, "Lunch", recurrence=WORKDAYS),
    plan(
        0, 13, 14.5, "Kirsten Lund: offer for the autumn", attendees=[guest(ANNA), guest(KIRSTEN)], location="Havnegade 12, 2."
    ),
    plan(1, 9, 10, "Intro call with Ida Winther", attendees=[guest(ANNA), guest("ida.winther@example.org", "needsAction")]),
    plan(1, 15.5, 16.5, "Dentist", visibility="private", location="Nørregade 4"),
    plan(2, 9, 12, "Write the report for Nordvest", eventType="focusTime"),
    plan(2, 14, 15, "Coffee with Jonas, perhaps", status="tentative"),
    plan(3, 10, 11, "Board meeting", attendees=[guest(ANNA, "declined"), guest(KIRSTEN)]),
    plan(4, 0, 0, "At home", transparency="transparent", eventType="workingLocation"),
    plan(8, 9, 16, "Workshop in Aarhus", location="Dokk1, Aarhus"),
    plan(17, 0, 0, "Away: long weekend", eventType="outOfOffice"),
)
WORKSHOPS = (
    plan(1, 12, 13, "Materials to the printer"),
    plan(8, 8, 17, "Facilitation, day 1", location="Dokk1, Aarhus"),
    plan(9, 8, 15, "Facilitation, day 2", location="Dokk1, Aarhus"),
)
TEAM = (
    plan(0, 9, 9.25, "Stand-up", recurrence=WORKDAYS),
    plan(3, 13, 14, "Planning", recurrence=["RRULE:FREQ=WEEKLY;INTERVAL=2"]),
    plan(4, 14, 15, "Demo"),
)
OF_KIRSTEN = (
    plan(0, 13, 14.5, "Anna Holm: offer for the autumn"),
    plan(1, 8, 9, "Physiotherapy", visibility="private"),
    plan(4, 10, 12, "Budget"),
)
OF_JONAS = (plan(0, 9, 11, "Salary talks"), plan(2, 13, 15, "Interviews"), plan(3, 9, 17, "Course"))


def furnish(service: GoogleService, testing: bool = False) -> None:
    """Anna's account, what Kirsten Lund and Jonas Beck share with her, and a client (``testing``: ``OAuthRegistration``)."""
    service.clients[CLIENT] = OAuthRegistration(CLIENT, SECRET, testing)
    for email, name in ((ANNA, "Anna Holm"), (KIRSTEN, "Kirsten Lund"), (JONAS, "Jonas Beck")):
        service.add_user(email, name)
    workshops = service.add_calendar(ANNA, "Workshops", colour=AMBER)
    team = service.add_calendar(KIRSTEN, "Nordvest, the team", colour=MOSS)
    holidays = service.add_public(HOLIDAYS, "Helligdage i Danmark", ANNA)
    holidays.colour, service.calendars[JONAS].colour, service.calendars[ANNA].colour = BRICK, HEATHER, FJORD
    service.share(team.id, ANNA, "writer")
    service.share(KIRSTEN, ANNA, "reader")
    service.share(JONAS, ANNA, "freeBusyReader")
    today = datetime.fromtimestamp(service.clock.now(), ZONE).date()
    monday = today - timedelta(days=today.weekday())
    for calendar, plans in ((ANNA, OWN), (workshops.id, WORKSHOPS), (team.id, TEAM), (KIRSTEN, OF_KIRSTEN), (JONAS, OF_JONAS)):
        for each in plans:
            service.insert(calendar, body_of(each, monday))
    for day, name in holidays_of(today.year):
        service.insert(HOLIDAYS, {**whole_day(day), "summary": name, "transparency": "transparent"})


def body_of(each: Plan, monday: date) -> dict[str, Any]:
    day = monday + timedelta(days=each.days)
    times = whole_day(day) if each.begin == each.end else {"start": clock(day, each.begin), "end": clock(day, each.end)}
    return {**times, "summary": each.summary, **each.more}


def whole_day(day: date) -> dict[str, Any]:
    return {"start": {"date": day.isoformat()}, "end": {"date": (day + timedelta(days=1)).isoformat()}}


def clock(day: date, hour: float) -> dict[str, str]:
    at = datetime.combine(day, time(int(hour), round(hour % 1 * 60)), ZONE)
    return {"dateTime": at.isoformat(timespec="seconds"), "timeZone": ZONE.key}


def holidays_of(first: int) -> Iterator[tuple[date, str]]:
    """The days of this year and the next that lie on the same date every year."""
    for year in (first, first + 1):
        yield date(year, 1, 1), "Nytårsdag"
        yield date(year, 12, 24), "Juleaften"
        yield date(year, 12, 25), "1. juledag"
        yield date(year, 12, 26), "2. juledag"

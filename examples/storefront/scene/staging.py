"""A staging database of 2,000 customers, 28 of which came from "production".

Nobody in it exists. The names are made of syllables; the domains, card numbers and accounts of
the leaked ones are made up by this file. They only have the *form* of real data (no reserved
domain, a right check digit, no published test number), for that is what has to be told apart.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from pathlib import Path

CUSTOMERS = 2_000
LEAKED = 28
TEST_CARDS = ("4242424242424242", "4111111111111111", "5555555555554444", "378282246310005")
TEST_ACCOUNT = "GB82WEST12345698765432"
MAIL = ("moonharbour-post.com", "nimbus-letterbox.net", "pixie-mailbox.org")
_BEGIN = ("Quill", "Tansy", "Bram", "Ondel", "Mirra", "Fen", "Sorrel", "Wick")
_END = ("feather", "combe", "lark", "thistle", "marrow", "brook", "wren", "gale")
SCHEMA = """
CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT, email TEXT, note TEXT);
CREATE TABLE payments (id INTEGER PRIMARY KEY, customer INTEGER, card TEXT, account TEXT);
CREATE TABLE products (id INTEGER PRIMARY KEY, name TEXT, price INTEGER);
CREATE TABLE orders (id INTEGER PRIMARY KEY, number TEXT, product INTEGER, placed TEXT);
"""


def build(path: Path) -> None:
    """Write the database; the same bytes of data each time."""
    path.parent.mkdir(parents=True)
    dice = random.Random(17)
    leaked = set(dice.sample(range(CUSTOMERS), LEAKED))
    with sqlite3.connect(path) as connection:
        connection.executescript(SCHEMA)
        connection.executemany("INSERT INTO customers VALUES (?, ?, ?, ?)", people(dice, leaked))
        connection.executemany("INSERT INTO payments VALUES (?, ?, ?, ?)", payments(dice, leaked))
        goods = [(1, "Teapot", 2400), (2, "Tea towel", 900), (3, "Mug", 1200)]
        connection.executemany("INSERT INTO products VALUES (?, ?, ?)", goods)
        connection.executemany("INSERT INTO orders VALUES (?, ?, ?, ?)", orders(dice))
    connection.close()


def people(dice: random.Random, leaked: set[int]) -> Iterator[tuple[int, str, str, str]]:
    """Yield customers; a test customer's address is at a reserved domain."""
    for number in range(CUSTOMERS):
        first, last = (dice.choice(_BEGIN) for _ in "ab")
        name = f"{first} {last}{dice.choice(_END)}"
        local = f"{name.lower().replace(' ', '.')}{number}"
        domain = dice.choice(MAIL) if number in leaked else "example.com"
        yield number, name, f"{local}@{domain}", "" if number % 9 else f"ask {first}"


def payments(dice: random.Random, leaked: set[int]) -> Iterator[tuple[int, int, str, str]]:
    """Yield one payment for each customer."""
    for number in range(CUSTOMERS):
        if number in leaked:
            yield number, number, card(dice), account(dice)
        else:
            yield number, number, TEST_CARDS[number % len(TEST_CARDS)], TEST_ACCOUNT


def orders(dice: random.Random) -> Iterator[tuple[int, str, int, str]]:
    """Yield orders, whose 16-digit numbers are no cards."""
    for number in range(3 * CUSTOMERS):
        placed = f"2026-10-{1 + number % 31:02}T{number % 24:02}:{number % 60:02}:00Z"
        yield number, f"9{dice.randrange(10**15):015}", 1 + number % 3, placed


def card(dice: random.Random) -> str:
    """Return a card number with a right check digit that is not a published test number."""
    body = "4539" + "".join(str(dice.randrange(10)) for _ in range(11))
    number = body + str(-luhn(body + "0") % 10)
    return number if number not in TEST_CARDS else card(dice)


def luhn(digits: str) -> int:
    """Return the Luhn sum."""
    doubled = "0246813579"
    return sum(
        int(doubled[int(digit)]) if place % 2 else int(digit)
        for place, digit in enumerate(reversed(digits))
    )


def account(dice: random.Random) -> str:
    """Return an IBAN with right check digits, of a bank that does not exist."""
    rest = "QZQZ" + "".join(str(dice.randrange(10)) for _ in range(14))
    spelled = "".join(str(int(char, 36)) for char in f"{rest}GB00")
    return f"GB{98 - int(spelled) % 97:02}{rest}"

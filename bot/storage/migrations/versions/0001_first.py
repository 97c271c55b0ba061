"""The first schema: people, inbox, outbox, check-ins, debriefs.

Portable types only; instants are UTC microseconds; bodies are sealed.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ADDRESS = ("platform", "workspace", "user_id")


def _address() -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in ADDRESS]


def _key() -> sa.Column[int]:
    # SQLite counts up by itself only in a column that is exactly INTEGER PRIMARY KEY.
    kind = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    return sa.Column("id", kind, primary_key=True, autoincrement=True)


def _person(*, nullable: bool = False, primary_key: bool = False) -> sa.Column[int]:
    key = sa.ForeignKey("people.id")
    return sa.Column("person_id", sa.BigInteger, key, nullable=nullable, primary_key=primary_key, index=not primary_key)


def upgrade() -> None:
    op.create_table(
        "people",
        _key(),
        *_address(),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("touched_at", sa.BigInteger, nullable=False),
        sa.UniqueConstraint(*ADDRESS),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "inbox",
        sa.Column("delivery_id", sa.Text, primary_key=True),
        _person(nullable=True),
        sa.Column("at", sa.BigInteger, nullable=False, index=True),
    )
    op.create_table(
        "outbox",
        _key(),
        sa.Column("key", sa.Text, nullable=False, unique=True),
        *_address(),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("wake_at", sa.BigInteger, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("check_in", sa.BigInteger, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("outbox_address", "outbox", list(ADDRESS))
    _waiting_index("outbox", ("ready", "sending"))
    op.create_table(
        "check_ins",
        _key(),
        _person(),
        sa.Column("flow", sa.Text, nullable=False),
        sa.Column("debrief", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("wake_at", sa.BigInteger, nullable=False),
        sa.Column("gen", sa.Integer, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sqlite_autoincrement=True,
    )
    _waiting_index("check_ins", ("planned", "leased"))
    op.create_table(
        "debriefs",
        _person(primary_key=True),
        sa.Column("number", sa.BigInteger, primary_key=True),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("closed_at", sa.BigInteger, nullable=False, index=True),
    )
    op.create_table("meta", sa.Column("name", sa.Text, primary_key=True), sa.Column("value", sa.LargeBinary))


def _waiting_index(table: str, states: tuple[str, str]) -> None:
    """Only rows that wait are in it, so that it stays small however many have passed."""
    waits = sa.column("state").in_(sa.literal(state) for state in states)
    op.create_index(f"{table}_waiting", table, ["wake_at"], sqlite_where=waits, postgresql_where=waits)

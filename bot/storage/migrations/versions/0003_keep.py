"""Each person chooses for how long their words are kept.

A column with a default, and an index of the few who chose less: 0002 goes on over this schema during a rolling
deploy, and the schema says so.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("people", sa.Column("keep_days", sa.BigInteger, nullable=False, server_default="90"))
    sooner = sa.column("keep_days") < sa.literal(90)
    op.create_index("people_kept_shorter", "people", ["keep_days"], sqlite_where=sooner, postgresql_where=sooner)
    meta = sa.table("meta", sa.column("name", sa.Text), sa.column("value", sa.LargeBinary))
    op.execute(meta.delete().where(meta.c.name == "serves"))
    op.bulk_insert(meta, [{"name": "serves", "value": b"0002"}])

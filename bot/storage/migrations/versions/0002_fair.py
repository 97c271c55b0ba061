"""Parcels are claimed by platform and, among the workspaces of one platform, in fair shares.

Only indexes change: 0001 goes on over this schema during a rolling deploy, and the schema says so.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    waits = sa.column("state").in_([sa.literal("ready"), sa.literal("sending")])
    columns = ["platform", "workspace", "wake_at"]
    op.create_index("outbox_fair", "outbox", columns, sqlite_where=waits, postgresql_where=waits)
    op.drop_index("outbox_waiting", "outbox")
    meta = sa.table("meta", sa.column("name", sa.Text), sa.column("value", sa.LargeBinary))
    op.execute(meta.delete().where(meta.c.name == "serves"))
    op.bulk_insert(meta, [{"name": "serves", "value": b"0001"}])

"""A start finds what a crash left leased without looking at all that waits.

Only an index: whichever version went on over 0003 goes on over this schema.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    leased = sa.column("state") == sa.literal("leased")
    op.create_index("check_ins_leased", "check_ins", ["wake_at"], sqlite_where=leased, postgresql_where=leased)

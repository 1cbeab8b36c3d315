"""readings of stored pages told from corrections, and announcements counted

Revision: 0006, after 0005.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("versions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("origin", sa.String(), nullable=True))
    with op.batch_alter_table("entries", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("announcements", sa.Integer(), nullable=False, server_default="0")
        )
    with op.batch_alter_table("entries", schema=None) as batch_op:
        batch_op.alter_column("announcements", server_default=None)
    op.create_table(
        "reprocessings",
        sa.Column("work", sa.String(), nullable=False),
        sa.Column("edition", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("work", name=op.f("pk_reprocessings")),
    )

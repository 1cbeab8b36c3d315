"""reconciliations, what happened to alarms, and reasons of plans that any language can say

Revision: 0005, after 0004.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reconciliations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reconciliations")),
    )
    op.create_index("ix_reconciliations_source", "reconciliations", ["source", "started_at"])
    op.create_table(
        "alarm_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("alarm_id", sa.Integer(), nullable=False),
        sa.Column("cleared", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["alarm_id"], ["alarms.id"], name=op.f("fk_alarm_events_alarm_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarm_events")),
    )
    op.create_index(op.f("ix_alarm_events_at"), "alarm_events", ["at"])
    with op.batch_alter_table("channels", schema=None) as batch_op:
        batch_op.add_column(sa.Column("plan_facts", sa.JSON(), nullable=True))
    # What happened before is told to whoever asks from the beginning.
    op.execute(
        "INSERT INTO alarm_events (alarm_id, cleared, at) "
        "SELECT alarm_id, cleared, at FROM ("
        "SELECT id AS alarm_id, false AS cleared, raised_at AS at FROM alarms UNION ALL "
        "SELECT id, true, cleared_at FROM alarms WHERE cleared_at IS NOT NULL"
        ") AS happened ORDER BY at, cleared, alarm_id"
    )

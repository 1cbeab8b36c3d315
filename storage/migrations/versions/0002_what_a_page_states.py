"""how exact a date is, the line under an image, and what marks an article

Revision: 0002, after 0001.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("articles", schema=None) as batch_op:
        batch_op.add_column(sa.Column("published_precision", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("image_credit", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("marks", sa.JSON(), nullable=True))

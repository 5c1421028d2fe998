"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "draft",
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("owner", "name"),
    )
    op.create_table(
        "recording",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("copied", sa.Boolean(), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("problem", sa.String(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("chosen", sa.Boolean(), nullable=False),
        sa.Column("added", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("recording", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recording_owner"), ["owner"], unique=False)
        batch_op.create_index(batch_op.f("ix_recording_sha256"), ["sha256"], unique=False)
        batch_op.create_index("recording_of_owner", ["owner", "added"], unique=False)

    op.create_table(
        "worker",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("began", sa.Float(), nullable=False),
        sa.Column("seen", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "job",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("recording", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("recipe", sa.JSON(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("salvage", sa.Boolean(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("created", sa.Float(), nullable=False),
        sa.Column("started", sa.Float(), nullable=True),
        sa.Column("finished", sa.Float(), nullable=True),
        sa.Column("worked", sa.Float(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.Column("cancel", sa.Boolean(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("lease", sa.Float(), nullable=False),
        sa.Column("worker", sa.String(), nullable=False),
        sa.Column("claims", sa.Integer(), nullable=False),
        sa.Column("crashes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["recording"],
            ["recording.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_job_owner"), ["owner"], unique=False)
        batch_op.create_index(batch_op.f("ix_job_recording"), ["recording"], unique=False)
        batch_op.create_index("job_in_line", ["state", "kind", "priority", "created"], unique=False)
        batch_op.create_index("job_of_owner", ["owner", "kind", "created"], unique=False)

    op.create_table(
        "artefact",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("recording", sa.String(), nullable=False),
        sa.Column("job", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("suffix", sa.String(), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("made", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["job"],
            ["job.id"],
        ),
        sa.ForeignKeyConstraint(
            ["recording"],
            ["recording.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("artefact", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_artefact_job"), ["job"], unique=False)
        batch_op.create_index(batch_op.f("ix_artefact_owner"), ["owner"], unique=False)
        batch_op.create_index(batch_op.f("ix_artefact_recording"), ["recording"], unique=False)
        batch_op.create_index(batch_op.f("ix_artefact_sha256"), ["sha256"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("artefact", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_artefact_sha256"))
        batch_op.drop_index(batch_op.f("ix_artefact_recording"))
        batch_op.drop_index(batch_op.f("ix_artefact_owner"))
        batch_op.drop_index(batch_op.f("ix_artefact_job"))

    op.drop_table("artefact")
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.drop_index("job_of_owner")
        batch_op.drop_index("job_in_line")
        batch_op.drop_index(batch_op.f("ix_job_recording"))
        batch_op.drop_index(batch_op.f("ix_job_owner"))

    op.drop_table("job")
    op.drop_table("worker")
    with op.batch_alter_table("recording", schema=None) as batch_op:
        batch_op.drop_index("recording_of_owner")
        batch_op.drop_index(batch_op.f("ix_recording_sha256"))
        batch_op.drop_index(batch_op.f("ix_recording_owner"))

    op.drop_table("recording")
    op.drop_table("draft")

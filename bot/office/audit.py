"""The record of changes: who, when, what it was and what it became."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot.office.officials import Official
from bot.tables import Audit


def record(
    session: AsyncSession,
    by: Official,
    action: str,
    subject: str,
    now: datetime,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Write one change down, in the transaction that makes it. ``action`` is a key of :data:`ACTIONS`.

    Of personal data and secrets nothing is written: values are facts of records, states and posts.
    """
    if action not in ACTIONS:
        raise ValueError(f"no such action: {action}")
    session.add(
        Audit(
            at=now,
            member_id=by.first_id,
            by=by.signature,
            action=action,
            subject=subject[:120],
            before=dict(before) if before is not None else None,
            after=dict(after) if after is not None else None,
        )
    )


async def wrote(session: AsyncSession, official: Official, author_id: int | None, subject: str, action: str) -> bool:
    """Whether they wrote at something: as its author, who is whoever changed it last, or before."""
    theirs = (col(Audit.subject) == subject, col(Audit.action) == action, col(Audit.member_id).in_(official.ids))
    if official.wrote(author_id):
        return True
    return (await session.execute(select(col(Audit.id)).where(*theirs).limit(1))).first() is not None


ACTIONS = {
    "session.revoke": "Đăng xuất một thiết bị",
    "people.invite": "Mời một người",
    "people.withdraw": "Thu hồi một mã mời",
    "people.remove": "Kết thúc một vai trò",
    "report.accept": "Duyệt báo cáo",
    "report.return": "Trả lại báo cáo",
    "duty.aside": "Cho một kỳ không áp dụng",
    "difficulty.close": "Đóng một vướng mắc",
    "delivery.decide": "Xử lý tin chưa rõ đã tới hay chưa",
    "plan.upload": "Tải kế hoạch lên",
    "plan.correct": "Sửa việc đọc từ kế hoạch",
    "plan.confirm": "Xác nhận kế hoạch",
    "plan.copy": "Chép kế hoạch sang năm khác",
    "plan.skip": "Bỏ các kỳ trước một ngày",
    "plan.event": "Báo có sự kiện của một việc",
    "procedure.draft": "Soạn bản nháp thủ tục",
    "procedure.submit": "Gửi duyệt thủ tục",
    "procedure.send_back": "Trả lại bản thủ tục",
    "procedure.approve": "Duyệt thủ tục",
    "procedure.publish": "Công bố thủ tục",
    "procedure.roll_back": "Quay lại bản trước của thủ tục",
    "procedure.drop": "Bỏ bản nháp thủ tục",
    "procedure.import": "Nhập danh mục thủ tục",
    "procedure.reject": "Bỏ qua bản nhập",
    "field.owner": "Giao đơn vị phụ trách lĩnh vực",
    "gap.attach": "Gắn câu hỏi vào thủ tục",
    "gap.draft": "Soạn thủ tục từ câu hỏi",
    "gap.out_of_scope": "Đánh dấu câu hỏi ngoài phạm vi",
    "gap.reopen": "Mở lại câu hỏi",
    "handover.answer": "Trả lời người dân",
    "wording.write": "Viết bản tin từ thủ tục",
    "wording.submit": "Gửi duyệt bản tin",
    "wording.approve": "Duyệt bản tin",
    "wording.send_back": "Trả lại bản tin",
    "wording.drop": "Bỏ bản tin",
    "announcement.write": "Viết thông báo",
    "announcement.submit": "Gửi duyệt thông báo",
    "announcement.approve": "Duyệt thông báo",
    "announcement.send_back": "Trả lại thông báo",
    "announcement.stop": "Dừng thông báo",
    "announcement.resend": "Gửi lại cho nơi chưa nhận",
    "announcement.emergency": "Gửi thông báo khẩn",
    "switch.off": "Tắt",
    "switch.on": "Bật lại",
}
"""Everything that is recorded, and how it is called."""

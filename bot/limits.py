"""Every limit of the program, in one place. Times are seconds unless the name says otherwise."""

from __future__ import annotations

from datetime import timedelta

# What comes in
MAX_BODY_BYTES = 64 * 1024
"""Largest body of POST /api/chat; a question is at most a few hundred letters."""
MAX_WEBHOOK_BYTES = 1024 * 1024
"""Largest webhook body; platforms send at most a few dozen kB."""
MAX_TEXT = 2000
"""Longest question that is read, in characters; the rest is cut, and the person is told."""
MAX_ACTION_BYTES = 64
"""Longest payload of a choice (Telegram's callback_data)."""
USER_RATE = (20, 10.0)
"""Messages of one person in so many seconds; more get one kind request to slow down."""
HOST_RATE = (400, 10.0)
"""Messages of one network address in so many seconds; a whole school class may share one."""

# Inbox
INBOX_BATCH = 200
"""Most messages stored in one commit."""
INBOX_WAITING = 5000
"""More waiting than this and the door answers 503, so that the platform tries again later."""
GIVE_WAY = 0.25
"""Longest time, in seconds, that answering waits each time while a flood is being stored."""
FLOOD_BATCH = 4
"""So many messages in one commit are a flood, for as long as FLOOD_LASTS seconds after it."""
FLOOD_LASTS = 0.05
HANDLE_ATTEMPTS = 3
"""Tries before a message that makes a handler fail is put aside and the person is told."""
HANDLE_RETRY = timedelta(seconds=2)

# Outbox
LEASE = timedelta(seconds=60)
"""A sender that does not report within this time has crashed; its rows are free again."""
SEND_TIMEOUT = 30.0
SEND_SLOTS = 8
"""Sends under way at once on one channel."""
CHAT_BURST = 3.0
"""Seconds over which the speed to one chat is counted: so many messages at once as fit in it."""
CHATS_PACED = 10_000
ANSWER_WAIT = 0.4
"""Longest time, in seconds, that reminders under way may keep an answer waiting on a channel."""
CLAIM_BATCH = 64
POLL = 1.0
"""How often a sleeping worker looks for rows that another process wrote or that came due."""
SEND_ATTEMPTS = 12

# Web
API_WAIT = 12.0
"""How long POST /api/chat waits for its answer."""
HISTORY_MESSAGES = 60
"""Most messages shown again after a reload."""

# Practice
WORD_GUESSES = (6, 600.0)
"""Words that may be tried for one nickname in so many seconds."""
CODE_GUESSES = (60, 600.0)
"""Class codes that nobody has, from one network address; a whole class shares one and mistypes."""
CLASSES_OPENED = (20, 3600.0)
"""Classes opened from one network address; the teachers of a school share one."""
TERM_AT_MOST = timedelta(days=230)
"""Longest time from opening a class to the end of its term, when everything of it is deleted."""
GROUP_AT_LEAST = 5
"""Figures of fewer pupils than this are not shown."""

# The office's page
PASS_VALID = timedelta(minutes=15)
"""How long a link that lets in can be used, once."""
SESSION_VALID = timedelta(hours=12)
SESSION_TRUSTED = timedelta(days=30)
"""On a device of one's own."""
PASSWORD_AT_LEAST = 12
PASSWORD_AT_MOST = 200
PASSWORD_TRIES = 5
"""Wrong passwords in a row before an account is locked for PASSWORD_LOCK."""
PASSWORD_LOCK = timedelta(minutes=15)
DOOR_GUESSES = (20, 600.0)
"""Wrong passwords and links from one network address in so many seconds."""
FORM_BYTES = 20 * 1024 * 1024
"""Largest form of the office's page: plans and catalogues are sent by it."""
PAGE_ROWS = 200
"""Most rows of a list on one page."""
NEWS_DAYS = 14
"""So many days answers say that the procedure has changed."""

# Evidence
EVIDENCE_BYTES = 20 * 1024 * 1024
"""Largest file kept as proof (Telegram hands out at most 20 MB to bots)."""
EVIDENCE_BATCH = 20
EVIDENCE_TIMEOUT = 60.0
EVIDENCE_ATTEMPTS = 8

# Keeping
KEEP_MESSAGES = timedelta(days=30)
"""Conversations (already masked) are deleted after this time; questions stay without any link to a person."""
KEEP_NOTICES = timedelta(days=730)
"""What was sent to officials about duties, and how it was delivered, is part of the ledger."""
STOP_WITHIN = 4.0
"""Time for draining after SIGTERM; the process ends within 5 s."""
TICK = 60
"""Interval of the scheduler's tick."""

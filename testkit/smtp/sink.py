"""A real SMTP server that keeps what it receives.

    python sink.py --file mails.jsonl [--port 0] [--answers answers.json]

Prints `listening on PORT`. Appends one JSON line per mail: from, to, subject, text, html, calendar (what is attached as one), headers. `--answers` names a JSON
file {"address or *": "451 try again later"}, read again for each recipient: those addresses get that reply instead. Its "DATA" is for whole
mails: "hang" never answers, "drop" keeps the mail and hangs up instead of answering.
"""

import argparse
import asyncio
import email
import email.policy
import json
import pathlib

from aiosmtpd.smtp import SMTP


class Keeper:
    def __init__(self, file, answers):
        self.file, self.answers = file, answers

    def replies(self):
        return json.loads(self.answers.read_text()) if self.answers and self.answers.exists() else {}

    async def handle_RCPT(self, server, session, envelope, address, options):
        answers = self.replies()
        reply = answers.get(address.lower(), answers.get("*"))
        if reply:
            return reply
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        fault = self.replies().get("DATA")
        if fault == "hang":
            await asyncio.sleep(3600)
        message = email.message_from_bytes(envelope.original_content, policy=email.policy.default)

        def part(kind):
            found = message.get_body(preferencelist=(kind,))
            return found.get_content() if found else ""

        mail = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "subject": str(message["subject"] or ""),
            "text": part("plain"),
            "html": part("html"),
            "calendar": "".join(p.get_content() for p in message.walk() if p.get_content_type() == "text/calendar"),
            "headers": {name.lower(): str(value) for name, value in message.items()},
        }
        with self.file.open("a", encoding="utf-8") as out:
            out.write(json.dumps(mail) + "\n")
        if fault == "drop":
            server.transport.abort()
        return "250 OK"


async def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--port", type=int, default=0)
    arguments.add_argument("--file", type=pathlib.Path, required=True)
    arguments.add_argument("--answers", type=pathlib.Path)
    given = arguments.parse_args()
    keeper = Keeper(given.file, given.answers)
    given.file.touch()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(keeper, enable_SMTPUTF8=True), "127.0.0.1", given.port)
    print(f"listening on {server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


asyncio.run(main())

"""How many addresses of mail and of machines datatrove finds in each text.

usage: datatrove_pii.py FILE
"""

import sys

from datatrove.pipeline.formatters import PIIFormatter
from orjson import dumps, loads


def main(path: str) -> None:
    """Add the numbers."""
    formatter = PIIFormatter(only_remove_public_ips=False)
    mail, ip = formatter.emails_replacer.regex, formatter.ip_replacer
    with (
        open(path, "rb", buffering=1 << 20) as file,
        open(1, "wb", buffering=1 << 20) as out,
    ):
        for line in file:
            text = loads(line)["text"]
            found = {
                "pii_email": len(mail.findall(text)),
                "pii_ip": sum(map(ip.validator, ip.regex.findall(text))),
            }
            out.write(b"%s,%s\n" % (line[:-2], dumps(found)[1:]))


if __name__ == "__main__":
    main(sys.argv[1])

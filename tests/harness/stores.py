"""Stores on this machine for the tests of remote files: one of S3, and a hub.

Each speaks as much as its clients ask of it, writes down what it was asked, and can
break off an answer in the middle.
"""

import json
import re
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from sel.streams import remote


class Store(ThreadingHTTPServer):
    """Holds `files`; the first `cuts` answers with data are cut in the middle, and the
    first `drops` requests that bring data are lost.
    """

    def __init__(self, handler):
        super().__init__(("127.0.0.1", 0), handler)
        self.files, self.uploads, self.asked = {}, {}, []
        self.cuts = self.drops = 0

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"

    def read(self, name):
        """The ranges that were asked for of a file."""
        return [range_ for verb, path, range_ in self.asked if path == name and range_]


@contextmanager
def s3(monkeypatch):
    """A store of S3 with credentials for it in the environment."""
    import s3fs

    s3fs.S3FileSystem.clear_instance_cache()  # they are of a store that is gone
    remote.IDLE.clear()
    with running(S3) as store:
        monkeypatch.setenv("AWS_ENDPOINT_URL", store.url)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAKNOWN")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hidden")
        monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        yield store


@contextmanager
def running(handler):
    """A store that is there for a while."""
    with Store(handler) as store:
        thread = threading.Thread(target=store.serve_forever)
        thread.start()
        try:
            yield store
        finally:
            store.shutdown()
            thread.join()


class Handler(BaseHTTPRequestHandler):
    """What both have in common."""

    protocol_version = "HTTP/1.1"

    def begin(self):
        """The path and the parameters of a request, and the store."""
        parts = urlsplit(self.path)
        path = unquote(parts.path).lstrip("/")
        found = {k: v[0] for k, v in parse_qs(parts.query, True).items()}
        self.server.asked.append((self.command, path, self.headers.get("Range")))
        return path, found, self.server

    def body(self):
        """What came with a request, out of the chunks that AWS puts it in."""
        data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.headers.get("Transfer-Encoding") == "chunked":
            data = b"".join(self.pieces())
        if "aws-chunked" in self.headers.get("Content-Encoding", ""):
            plain, at = b"", 0
            while size := int(re.split(rb"[;\r]", data[at : at + 99])[0], 16):
                at = data.index(b"\r\n", at) + 2
                plain += data[at : at + size]
                at += size + 2
            data = plain
        return data

    def pieces(self):
        while size := int(self.rfile.readline().split(b";")[0], 16):
            yield self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()

    def answer(self, status=200, data=b"", **headers):
        """Say so; only the length of data is told of where it is not asked for."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if "Content_Length" not in headers:
            self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def give(self, data, **headers):
        """A file, or the range of it that is asked for."""
        start, total, status = 0, len(data), 200
        found = re.match(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if found:
            start, end = int(found[1]), int(found[2] or total - 1) + 1
            data, status = data[start:end], 206
            last = start + len(data) - 1
            headers["Content_Range"] = f"bytes {start}-{last}/{total}"
        if self.server.cuts and len(data) > 1000 and self.command == "GET":
            self.server.cuts -= 1
            headers["Content_Length"] = str(len(data))
            data, self.close_connection = data[: len(data) // 2], True
        if self.command == "HEAD":
            headers["Content_Length"] = str(len(data))
        self.answer(status, data, Accept_Ranges="bytes", **headers)

    def log_message(self, *args):
        pass


class S3(Handler):
    """Objects are called BUCKET/KEY."""

    def do_HEAD(self):
        self.do_GET()

    def do_GET(self):
        path, asked, store = self.begin()
        bucket, _, key = path.partition("/")
        if "uploads" in asked:
            self.xml("ListMultipartUploadsResult", listed(store.uploads, "Upload"))
        elif path in store.files and key:
            self.give(store.files[path], ETag=tag(store.files[path]), **DATED)
        elif key or not any(name.startswith(bucket + "/") for name in store.files):
            self.error("NoSuchKey" if key else "NoSuchBucket")
        else:
            self.list(bucket, asked, store)

    def list(self, bucket, asked, store):
        prefix, end = asked.get("prefix", ""), asked.get("delimiter")
        known = [n.partition("/") for n in sorted(store.files)]
        names = [n for where, _, n in known if where == bucket]
        names = [n for n in names if n.startswith(prefix)]
        folders = {}
        if end:
            cut = {n: n.find(end, len(prefix)) + 1 for n in names}
            folders = dict.fromkeys(n[: cut[n]] for n in names if cut[n])
            names = [n for n in names if not cut[n]]
        files = "".join(
            f"<Contents><Key>{escape(n)}</Key><LastModified>{WHEN}</LastModified>"
            f"<ETag>{escape(tag(store.files[f'{bucket}/{n}']))}</ETag>"
            f"<Size>{len(store.files[f'{bucket}/{n}'])}</Size></Contents>"
            for n in names
        )
        above = listed(folders, "CommonPrefixes", "Prefix")
        self.xml("ListBucketResult", f"<IsTruncated>false</IsTruncated>{files}{above}")

    def do_PUT(self):
        path, asked, store = self.begin()
        data = self.body()
        if source := self.headers.get("x-amz-copy-source"):
            store.files[path] = store.files[unquote(source).lstrip("/")]
            self.xml("CopyObjectResult", "<ETag>1</ETag>")
            return
        if data and store.drops:
            store.drops -= 1
            self.close_connection = True
            return
        if "uploadId" in asked:
            store.uploads[path][int(asked["partNumber"])] = data
        elif "/" in path.rstrip("/"):
            store.files[path] = data
        self.answer(ETag=tag(data))

    def do_POST(self):
        path, asked, store = self.begin()
        data = self.body()
        if "uploads" in asked:
            store.uploads[path] = {}
            self.xml("InitiateMultipartUploadResult", "<UploadId>1</UploadId>")
        elif "uploadId" in asked:
            parts = store.uploads.pop(path)
            store.files[path] = b"".join(parts[i] for i in sorted(parts))
            self.xml("CompleteMultipartUploadResult", "<ETag>1</ETag>")
        else:  # several are deleted
            for one in ElementTree.fromstring(data).iter():
                if one.tag.endswith("Key"):
                    store.files.pop(f"{path.rstrip('/')}/{one.text}", None)
            self.xml("DeleteResult", "")

    def do_DELETE(self):
        path, asked, store = self.begin()
        (store.uploads if "uploadId" in asked else store.files).pop(path, None)
        self.answer(204)

    def xml(self, name, inner, status=200):
        data = f'<?xml version="1.0"?><{name}>{inner}</{name}>'.encode()
        self.answer(status, data, Content_Type="application/xml")

    def error(self, code):
        self.xml("Error", f"<Code>{code}</Code><Message>no</Message>", 404)


WHEN = "2026-01-02T03:04:05.000Z"
DATED = {"Last_Modified": "Fri, 02 Jan 2026 03:04:05 GMT"}


def tag(data):
    return f'"{hash(data) & 0xFFFFFFFF:08x}"'


def listed(names, element, inner="Key"):
    return "".join(
        f"<{element}><{inner}>{escape(name)}</{inner}></{element}>" for name in names
    )


class Hub(Handler):
    """The API of the hub: files are called datasets/ORG/NAME/PATH."""

    def do_HEAD(self):
        self.do_GET()

    def do_GET(self):
        path, _, store = self.begin()
        found = re.fullmatch(r"(datasets/[^/]+/[^/]+)/resolve/[^/]+/(.+)", path)
        if found:
            name = f"{found[1]}/{found[2]}"
            if name not in store.files:
                self.answer(404, X_Error_Code="EntryNotFound")
                return
            data = store.files[name]
            self.give(data, ETag=tag(data), X_Repo_Commit=COMMIT, **DATED)
            return
        found = re.fullmatch(r"api/(datasets/[^/]+/[^/]+)(/revision/[^/]+)?", path)
        if found and self.names(found[1]):
            repo = found[1].partition("/")[2]
            self.json({"_id": "1", "id": repo, "sha": COMMIT, "private": False})
            return
        found = re.fullmatch(r"api/(datasets/[^/]+/[^/]+)/tree/[^/]+/?(.*)", path)
        if found and self.names(found[1]):
            self.json(self.tree(found[1], found[2]))
            return
        self.answer(404, X_Error_Code="RepoNotFound")

    def do_POST(self):
        path, _, _ = self.begin()
        data = self.body().decode()
        asked = (
            json.loads(data)["paths"] if data[:1] == "{" else parse_qs(data)["paths"]
        )
        found = re.fullmatch(r"api/(datasets/[^/]+/[^/]+)/paths-info/[^/]+", path)
        if not found or not self.names(found[1]):
            self.answer(404, X_Error_Code="RepoNotFound")
            return
        repo, entries = found[1], []
        for name in asked:
            above, _, _ = name.rpartition("/")
            entries += [e for e in self.tree(repo, above) if e["path"] == name]
        self.json(entries)

    def names(self, repo):
        """The paths of the files of a repository."""
        return [
            n[len(repo) + 1 :] for n in self.server.files if n.startswith(repo + "/")
        ]

    def tree(self, repo, folder):
        """What stands in a folder."""
        start = f"{folder.rstrip('/')}/" if folder else ""
        found = {}
        for name in self.names(repo):
            if name.startswith(start):
                rest = name[len(start) :]
                data = self.server.files[f"{repo}/{name}"]
                path = start + rest.partition("/")[0]
                file = {"type": "file", "size": len(data), "oid": tag(data).strip('"')}
                kind = {"type": "directory", "oid": "0"} if "/" in rest else file
                found[path] = {**kind, "path": path}
        return [found[path] for path in sorted(found)]

    def json(self, value):
        self.answer(data=json.dumps(value).encode(), Content_Type="application/json")


COMMIT = "0123456789abcdef0123456789abcdef01234567"

# sel in a container: `docker build -t sel .`, then
# `docker run --rm -i -v "$PWD:/data" sel score length pool.jsonl`.
FROM python:3.13-slim AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE MANIFEST.in constraints.txt ./
COPY sel sel
COPY man man
COPY completions completions
COPY docs docs
ARG EXTRAS=parquet,fast,exact
RUN python -m venv /opt/sel \
    && /opt/sel/bin/pip install --no-cache-dir -c constraints.txt ".[${EXTRAS}]"

FROM python:3.13-slim
COPY --from=build /opt/sel /opt/sel
RUN useradd --create-home --uid 1000 sel
USER 1000
WORKDIR /data
ENV PATH=/opt/sel/bin:$PATH
ENTRYPOINT ["sel"]
CMD ["--help"]

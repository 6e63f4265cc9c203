# Two images: `app` (page, API, command line; a Chroma server too) and `sandbox` (a Docker daemon for
# answered commands). compose.yaml puts them together. Nothing but PyPI and Debian is needed.
#
#   docker build --target app --tag kb .
#
# PyPI's torch brings CUDA. For a much smaller image name an index with the CPU build:
#   --build-arg PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu

FROM debian:bookworm-slim AS sandbox
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates docker.io iptables \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 1000 kb \
    && install --directory --group kb --mode 0750 /run/sandbox
COPY server/sandbox/container-daemon.sh /usr/local/sbin/container-daemon
VOLUME /var/lib/docker
ENTRYPOINT ["sh", "/usr/local/sbin/container-daemon"]

FROM debian:bookworm-slim AS build
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates python3 python3-venv \
    && rm -rf /var/lib/apt/lists/*
RUN python3 -m venv /opt/kb
ARG PIP_EXTRA_INDEX_URL=""
WORKDIR /src
# The dependencies first, so that a change of the code does not fetch them again.
COPY pyproject.toml ./
RUN python3 -c "import tomllib; \
project = tomllib.load(open('pyproject.toml', 'rb'))['project']; \
print(*project['dependencies'], *project['optional-dependencies']['mcp'], sep='\n')" > wanted.txt \
    && /opt/kb/bin/pip install --no-cache-dir --requirement wanted.txt
COPY README.md LICENSE ./
COPY kb kb
COPY ingest ingest
COPY server server
COPY data/models data/models
RUN /opt/kb/bin/pip install --no-cache-dir --no-deps .

FROM debian:bookworm-slim AS app
# busybox-static: a first command needs no registry. docker-compose: for `docker compose` lines.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends \
        busybox-static ca-certificates docker-compose python3 \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 1000 kb \
    && useradd --uid 1000 --gid kb --no-create-home --home-dir /state kb \
    && install --directory --owner kb --group kb --mode 0700 /state /chroma \
    && install --directory --group kb --mode 0750 /run/sandbox
COPY --from=build /opt/kb /opt/kb
ENV PATH=/opt/kb/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    KB_NOTES=/notes \
    KB_STATE=/state \
    KB_HOST=0.0.0.0 \
    KB_SANDBOX=off
USER kb
WORKDIR /state
VOLUME /state
EXPOSE 8765
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s CMD ["python3", "-c", \
    "from urllib.request import urlopen; urlopen('http://127.0.0.1:8765/api/health', timeout=4)"]
# It listens on the container's address, so it starts only with a KB_TOKEN set by hand.
ENTRYPOINT ["kb"]
CMD ["serve"]

# Builds on any base with Python 3.11 or newer and its venv module: the official slim
# image, or plain Debian (bin/image-check).
ARG BASE_IMAGE=python:3.12-slim-bookworm

FROM ${BASE_IMAGE} AS build
COPY requirements/base.txt /tmp/base.txt
RUN python3 -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --require-hashes -r /tmp/base.txt

FROM ${BASE_IMAGE}
# /data is open to every user, because a platform may choose another one than 1000.
RUN useradd --uid 1000 --home-dir /data --no-create-home --shell /usr/sbin/nologin gauge \
    && mkdir /data && chmod 1777 /data
COPY --from=build /opt/venv /opt/venv
WORKDIR /app
COPY . .
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOST=0.0.0.0 \
    ALLOWED_HOSTS=* \
    DATA_DIR=/data
USER 1000
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["python", "bin/healthy"]
# Every role in one container. docker-compose.yml gives each role its own.
CMD ["python", "manage.py", "run"]

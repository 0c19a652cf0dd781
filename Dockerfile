# The service alone: one binary on a small base, as a user without rights. Postgres runs elsewhere.
FROM rust:1-bookworm AS build
WORKDIR /build
COPY Cargo.toml Cargo.lock build.rs tidegate.default.toml ./
COPY src src
COPY migrations migrations
COPY sql sql
COPY docs/errors.md docs/errors.md
COPY board/built board/built
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/build/target \
    cargo build --release --locked \
    && install -D target/release/tidegate /out/tidegate

FROM debian:bookworm-slim
# Whom webhooks to https:// trust.
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin tidegate
COPY --from=build /out/tidegate /usr/local/bin/tidegate
USER tidegate
ENV TIDEGATE_LISTEN=0.0.0.0:8000
EXPOSE 8000
# Ready means: the database answers and the stream moves. /health would only say that we are alive.
HEALTHCHECK --interval=5s --timeout=3s --start-period=20s --retries=5 \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8000 && printf 'GET /ready HTTP/1.0\\r\\n\\r\\n' >&3 && head -1 <&3 | grep -q ' 200 '"]
ENTRYPOINT ["tidegate"]
CMD ["serve"]

# The web application's files, on nginx. From the repository's root: docker build -f deploy/images/web.Dockerfile .
# Runs with a read-only root, 512 MB of memory and half a processor; needs a temporary /tmp.
ARG NODE_IMAGE=node:20.20.2-bookworm-slim
ARG NGINX_IMAGE=nginx:1.28.0-bookworm

FROM ${NODE_IMAGE} AS build
ARG SOURCE_DATE_EPOCH
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/npm-cache npm_config_cache=/npm-cache node tools/prepare.mjs
RUN node deploy/images/build-tree.mjs web /out

FROM ${NGINX_IMAGE}
LABEL org.opencontainers.image.title="anny-fitter web" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /out /app
COPY deploy/gateway/start.sh deploy/gateway/problems.txt deploy/gateway/web.conf.template /gateway/
ENV WEB_PORT=8080 \
    WEB_ROOT=/app/html
USER 101:101
EXPOSE 8080
STOPSIGNAL SIGQUIT
HEALTHCHECK --interval=15s --timeout=5s --start-period=5s --retries=3 CMD ["curl", "-fsS", "-o", "/dev/null", "http://127.0.0.1:8080/healthz"]
ENTRYPOINT ["/bin/sh", "/gateway/start.sh"]
CMD ["web"]

# Finds the person in photos. From the repository's root: docker build -f deploy/images/vision.Dockerfile .
# Runs with a read-only root and 4 GB of memory and 2 processors; needs a temporary /tmp.
ARG NODE_IMAGE=node:20.20.2-bookworm-slim
ARG RUNTIME_IMAGE=${NODE_IMAGE}

FROM ${NODE_IMAGE} AS build
ARG SOURCE_DATE_EPOCH
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/npm-cache npm_config_cache=/npm-cache node tools/prepare.mjs
# For a GPU: --build-arg CUDA=12 --build-arg RUNTIME_IMAGE=nvidia/cuda:12.8.1-cudnn-runtime-ubuntu24.04, and
# INFERENCE_DEVICE=cuda when it runs. Fetches ONNX Runtime's CUDA libraries, which npm does not have.
ARG CUDA=
RUN if [ -n "${CUDA}" ]; then cd node_modules/onnxruntime-node && node script/install.js "--onnxruntime-node-install=cuda${CUDA}"; fi
RUN node deploy/images/build-tree.mjs vision /out

FROM ${RUNTIME_IMAGE}
LABEL org.opencontainers.image.title="anny-fitter vision" \
      org.opencontainers.image.licenses="Apache-2.0"
# A process that runs has no use for npm; an image for GPUs has no Node.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /opt/yarn-*
COPY --from=build /usr/local/bin/node /usr/local/bin/node
COPY --from=build /out /app
WORKDIR /app
ENV NODE_ENV=production \
    HOME=/tmp \
    ANNY_FITTER_CACHE=/app/cache \
    VISION_HOST=0.0.0.0 \
    VISION_PORT=8001
USER 1000:1000
EXPOSE 8001
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 CMD ["node", "health-check.mjs", "grpc", "8001"]
CMD ["node", "services/vision/dist/main.js"]

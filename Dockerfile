# Poltrona in a container: built with everything, run with what is needed, by a user without rights.
#
#   docker build --tag poltrona .
#   docker run --init --publish 8080:8080 --env DATABASE_URL=postgres://… --stop-timeout 60 poltrona
#
# Without DATABASE_URL the embedded PostgreSQL keeps its data in the volume /var/lib/poltrona: good for a look, and for one
# machine that is backed up.

FROM node:22-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
# A workspace: without its package.json npm would leave out what builds the shop.
COPY clients/web/package.json clients/web/
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run build \
  && npm prune --omit=dev --no-audit --no-fund \
  # uWebSockets.js brings a binary for every platform and Node version; this image has one of each.
  && find node_modules/uWebSockets.js -name 'uws_*.node' \
     ! -name "$(node -p '`uws_${process.platform}_${process.arch}_${process.versions.modules}.node`')" -delete \
  && rm -rf tests bench dist/tests dist/bench \
  && find dist -name '*.test.*' -delete

FROM node:22-bookworm-slim
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    PORT=8080 \
    POLTRONA_FOLDER=/var/lib/poltrona
WORKDIR /app
# The application belongs to root and is read-only for the user who runs it; only the data folder is theirs.
COPY --from=build /app /app
RUN install --directory --owner=node --group=node --mode=0700 /var/lib/poltrona \
  && ln -s /app/clients/cli/poltrona.mjs /usr/local/bin/poltrona
VOLUME /var/lib/poltrona
# The user `node` of the base image, as a number: Kubernetes can check "not root" only of a number.
USER 1000:1000
EXPOSE 8080
# No curl in this image; node itself asks. `start-period` covers initdb and migrations on a slow disk.
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/healthz', { signal: AbortSignal.timeout(4000) }).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# No shell and no npm in between: docker's SIGTERM reaches node, which drains and stops.
STOPSIGNAL SIGTERM
CMD ["node", "dist/server/main.js"]

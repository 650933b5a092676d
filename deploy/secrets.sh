#!/bin/sh
# Makes the secrets of docker-compose.yml that are missing, in deploy/secrets; needs nothing but Docker.
set -eu
cd "$(dirname "$0")/.."
mkdir -p -m 700 deploy/secrets
docker build --quiet --file deploy/Dockerfile --target migrate --tag wardstone-migrate . >/dev/null
exec docker run --rm --network none --read-only --cap-drop ALL --user "$(id -u):$(id -g)" \
  --volume "$PWD/deploy/secrets:/deploy/secrets" wardstone-migrate node src/deploy-secrets.ts /deploy

#!/bin/sh
# Runs at every start: the bucket of the exports, and a user who may do nothing but use it.
set -eu
export MC_CONFIG_DIR=/tmp/mc
mc alias set exports http://minio:9000 "$(cat /run/secrets/minio_root_user)" "$(cat /run/secrets/minio_root_password)" >/dev/null
mc mb --ignore-existing "exports/$S3_BUCKET"
cat >/tmp/policy.json <<JSON
{"Version": "2012-10-17", "Statement": [
	{"Effect": "Allow", "Action": ["s3:ListBucket", "s3:GetBucketLocation"], "Resource": ["arn:aws:s3:::$S3_BUCKET"]},
	{"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"], "Resource": ["arn:aws:s3:::$S3_BUCKET/*"]}
]}
JSON
mc admin policy create exports anny-fitter /tmp/policy.json
mc admin user add exports "$S3_ACCESS_KEY_ID" "$(cat /run/secrets/minio_password)"
# A second run finds the policy attached, which mc reports as an error.
mc admin policy attach exports anny-fitter --user "$S3_ACCESS_KEY_ID" || mc admin user info exports "$S3_ACCESS_KEY_ID" | grep -q anny-fitter
# The API removes exports after EXPORT_LIFETIME_HOURS; this is for a time when it does not run.
mc ilm rule ls "exports/$S3_BUCKET" 2>/dev/null | grep -q Enabled || mc ilm rule add --expire-days 2 "exports/$S3_BUCKET"

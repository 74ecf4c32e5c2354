-- The service user that plans, signing in with a key pair. Make the pair first:
--   openssl genrsa 2048 | openssl pkcs8 -topk8 -v2 aes-256-cbc -out planner_key.p8
--   openssl rsa -in planner_key.p8 -pubout -out planner_key.pub
-- and put the public key, without its first and last line, in place of the dots.

USE ROLE SECURITYADMIN;

CREATE USER IF NOT EXISTS SOP_PLANNER_SERVICE
    TYPE = SERVICE
    DEFAULT_ROLE = SOP_PLANNER
    DEFAULT_WAREHOUSE = SOP_PLANNING
    RSA_PUBLIC_KEY = '...'
    COMMENT = 'Runs the planning pipeline';
GRANT ROLE SOP_PLANNER TO USER SOP_PLANNER_SERVICE;

-- One fingerprint per scenario of the demand it plans with, whatever the order of its rows: each
-- row's digest as a number, added up. A new version with the same figures has the same fingerprint.
-- Only functions that every warehouse has; none reads a digest as a number.
WITH demand AS (
    SELECT SCENARIO_ID,
        MD5(CONCAT(
            COALESCE(CAST(PRODUCT_ID AS VARCHAR), ''), '|',
            COALESCE(CAST(SITE_ID AS VARCHAR), ''), '|',
            COALESCE(CAST(FORECAST_DATE AS VARCHAR), ''), '|',
            COALESCE(CAST(FISCAL_MONTH AS VARCHAR), ''), '|',
            COALESCE(CAST(FISCAL_QUARTER AS VARCHAR), ''), '|',
            COALESCE(CAST(FORECAST_QUANTITY AS VARCHAR), ''), '|',
            COALESCE(CAST(UNIT_REVENUE AS VARCHAR), ''), '|',
            COALESCE(CAST(CONFIDENCE_LEVEL AS VARCHAR), ''),
            CASE WHEN COALESCE(DEMAND_CLASS, '') <> '' THEN CONCAT('|class ', DEMAND_CLASS) ELSE '' END,
            CASE WHEN PRIORITY IS NOT NULL
                THEN CONCAT('|priority ', CAST(PRIORITY AS VARCHAR)) ELSE '' END,
            CASE WHEN LOST_SALE_COST IS NOT NULL
                THEN CONCAT('|lost ', CAST(LOST_SALE_COST AS VARCHAR)) ELSE '' END
        )) AS DIGEST
    FROM ATOMIC.DEMAND_FORECAST_VERSIONS
    WHERE COALESCE(IS_CURRENT_VERSION, TRUE)
        AND COALESCE(FORECAST_TYPE, 'DEMAND') = 'DEMAND'
)
SELECT SCENARIO_ID, COUNT(*) AS ROW_COUNT,
    CAST(SUM(
        CAST(ASCII(SUBSTR(DIGEST, 1, 1)) AS BIGINT)
        + 128 * (CAST(ASCII(SUBSTR(DIGEST, 2, 1)) AS BIGINT)
        + 128 * (CAST(ASCII(SUBSTR(DIGEST, 3, 1)) AS BIGINT)
        + 128 * (CAST(ASCII(SUBSTR(DIGEST, 4, 1)) AS BIGINT)
        + 128 * (CAST(ASCII(SUBSTR(DIGEST, 5, 1)) AS BIGINT)
        + 128 * (CAST(ASCII(SUBSTR(DIGEST, 6, 1)) AS BIGINT)
        + 128 * (CAST(ASCII(SUBSTR(DIGEST, 7, 1)) AS BIGINT)
        + 128 * CAST(ASCII(SUBSTR(DIGEST, 8, 1)) AS BIGINT)))))))
    ) AS VARCHAR) AS FINGERPRINT
FROM demand
GROUP BY SCENARIO_ID
ORDER BY SCENARIO_ID

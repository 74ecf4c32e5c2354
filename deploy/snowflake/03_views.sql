-- The two views the pipeline reads, over the tables of ATOMIC. A view of the same name stays as
-- it is: the checks tell when it counts demand twice.

USE ROLE SYSADMIN;
USE DATABASE SOP;

-- The two views the pipeline reads. Masters are joined on their whole key and only their current
-- row, so a forecast row appears once; left joins keep a row whose master is missing, so that the
-- checks can name it. Factors are doubles: products of many decimals outgrow their type.
CREATE VIEW IF NOT EXISTS SOP_LOGISTICS.SCENARIO_COMPARISON_V AS
SELECT
    forecast.SCENARIO_ID,
    scenario.SCENARIO_CODE,
    scenario.SCENARIO_NAME,
    scenario.SCENARIO_TYPE,
    scenario.IS_OFFICIAL_BASELINE,
    forecast.PRODUCT_ID,
    product.PRODUCT_CODE,
    product.PRODUCT_NAME,
    product.PRODUCT_CATEGORY_ID,
    forecast.SITE_ID,
    site.SITE_CODE,
    site.SITE_NAME,
    site.SITE_TYPE,
    site.REGION,
    forecast.FORECAST_DATE,
    forecast.FISCAL_PERIOD,
    forecast.FISCAL_MONTH,
    forecast.FISCAL_QUARTER,
    forecast.FISCAL_YEAR,
    forecast.FORECAST_QUANTITY,
    COALESCE(forecast.UNIT_REVENUE, product.UNIT_PRICE) AS UNIT_REVENUE,
    COALESCE(
        forecast.TOTAL_REVENUE,
        CAST(forecast.FORECAST_QUANTITY AS DOUBLE)
        * COALESCE(forecast.UNIT_REVENUE, product.UNIT_PRICE)
    ) AS TOTAL_REVENUE,
    product.UNIT_COST,
    forecast.CONFIDENCE_LEVEL,
    forecast.DEMAND_CLASS,
    forecast.PRIORITY,
    forecast.LOST_SALE_COST
FROM ATOMIC.DEMAND_FORECAST_VERSIONS AS forecast
LEFT JOIN ATOMIC.SCENARIO_DEFINITION AS scenario
    ON scenario.SCENARIO_ID = forecast.SCENARIO_ID
LEFT JOIN ATOMIC.PRODUCT AS product
    ON product.PRODUCT_ID = forecast.PRODUCT_ID AND COALESCE(product.IS_CURRENT_FLAG, TRUE)
LEFT JOIN ATOMIC.SITE AS site
    ON site.SITE_ID = forecast.SITE_ID AND COALESCE(site.IS_CURRENT_FLAG, TRUE)
WHERE COALESCE(forecast.IS_CURRENT_VERSION, TRUE)
    AND COALESCE(forecast.FORECAST_TYPE, 'DEMAND') = 'DEMAND';
CREATE VIEW IF NOT EXISTS SOP_LOGISTICS.PRODUCTION_CAPACITY_SUMMARY AS
SELECT
    center.WORK_CENTER_ID,
    center.WORK_CENTER_CODE,
    center.WORK_CENTER_NAME,
    center.WORK_CENTER_TYPE,
    center.SITE_ID,
    site.SITE_CODE,
    site.SITE_NAME,
    center.CAPACITY_PER_HOUR,
    center.HOURS_PER_DAY,
    center.AVAILABLE_SHIFTS,
    COALESCE(center.EFFICIENCY_FACTOR, 1) AS EFFICIENCY_FACTOR,
    ROUND(
        CAST(center.CAPACITY_PER_HOUR AS DOUBLE) * center.HOURS_PER_DAY * center.AVAILABLE_SHIFTS
        * COALESCE(center.EFFICIENCY_FACTOR, 1), 2
    ) AS MAX_DAILY_CAPACITY,
    ROUND(
        CAST(center.CAPACITY_PER_HOUR AS DOUBLE) * center.HOURS_PER_DAY * center.AVAILABLE_SHIFTS
        * COALESCE(center.EFFICIENCY_FACTOR, 1) * 22, 2
    ) AS MAX_MONTHLY_CAPACITY
FROM ATOMIC.WORK_CENTER AS center
LEFT JOIN ATOMIC.SITE AS site
    ON site.SITE_ID = center.SITE_ID AND COALESCE(site.IS_CURRENT_FLAG, TRUE)
WHERE COALESCE(center.IS_CURRENT_FLAG, TRUE);

"""Tests of the steps that assets, past days and `sop solve` share."""

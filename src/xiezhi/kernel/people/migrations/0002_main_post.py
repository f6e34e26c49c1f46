"""Whoever holds a post has a main post on every day of it. Checked at commit, so that a change may pass through gaps."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION people_main_post_covers() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    whose bigint := COALESCE(NEW.staff_id, OLD.staff_id);
BEGIN
    IF EXISTS (
        SELECT 1 FROM (
            SELECT range_agg(daterange(valid_from, valid_to)) AS held,
                   COALESCE(range_agg(daterange(valid_from, valid_to)) FILTER (WHERE main), '{}'::datemultirange) AS main
            FROM people_appointment WHERE staff_id = whose
        ) AS posts WHERE NOT main @> held
    ) THEN
        RAISE EXCEPTION 'staff % holds a post on days without a main post', whose
            USING ERRCODE = 'check_violation', CONSTRAINT = 'people_main_post_covers';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER people_main_post_covers AFTER INSERT OR UPDATE OR DELETE ON people_appointment
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION people_main_post_covers();
"""
BACKWARD = """
DROP TRIGGER people_main_post_covers ON people_appointment;
DROP FUNCTION people_main_post_covers();
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]

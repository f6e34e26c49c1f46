"""Separation of the three administrators, held by the database: nobody has two offices, no administrator gets a role."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION access_one_office_per_human() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.admin_role = '' OR NOT NEW.is_active THEN
        RETURN NULL;
    END IF;
    IF EXISTS (
        SELECT 1 FROM access_account other
        LEFT JOIN people_staff mine ON mine.id = NEW.staff_id
        LEFT JOIN people_staff theirs ON theirs.id = other.staff_id
        WHERE other.id <> NEW.id AND other.is_active AND other.admin_role <> '' AND other.admin_role <> NEW.admin_role
          AND (other.staff_id = NEW.staff_id
               OR COALESCE(other.person_id, theirs.person_id) = COALESCE(NEW.person_id, mine.person_id))
    ) THEN
        RAISE EXCEPTION 'account % would give one human two administrator offices', NEW.username
            USING ERRCODE = 'check_violation', CONSTRAINT = 'access_one_office_per_human';
    END IF;
    IF EXISTS (SELECT 1 FROM access_rolegrant WHERE grantee_id = NEW.id AND revoked_at IS NULL) THEN
        RAISE EXCEPTION 'account % holds role grants and cannot become administrator', NEW.username
            USING ERRCODE = 'check_violation', CONSTRAINT = 'access_administrator_without_roles';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER access_one_office_per_human AFTER INSERT OR UPDATE OF admin_role, is_active, staff_id, person_id
    ON access_account FOR EACH ROW EXECUTE FUNCTION access_one_office_per_human();

CREATE FUNCTION access_administrator_without_roles() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.revoked_at IS NULL AND EXISTS (SELECT 1 FROM access_account WHERE id = NEW.grantee_id AND admin_role <> '') THEN
        RAISE EXCEPTION 'administrators take no part in matters and get no roles'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'access_administrator_without_roles';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER access_administrator_without_roles AFTER INSERT OR UPDATE ON access_rolegrant
    FOR EACH ROW EXECUTE FUNCTION access_administrator_without_roles();
"""
BACKWARD = """
DROP TRIGGER access_administrator_without_roles ON access_rolegrant;
DROP FUNCTION access_administrator_without_roles();
DROP TRIGGER access_one_office_per_human ON access_account;
DROP FUNCTION access_one_office_per_human();
"""


class Migration(migrations.Migration):
    dependencies = [("access", "0001_initial"), ("people", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]

"""Triggers: a tile only grows, a checkpoint keeps its size and root, the state only moves forward."""

from django.db import migrations

GUARDS = """
CREATE FUNCTION ledger_tile_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.level <> OLD.level OR NEW.n <> OLD.n
       OR substring(NEW.data FROM 1 FOR octet_length(OLD.data)) <> OLD.data THEN
        RAISE EXCEPTION 'a tile of the ledger only grows' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_tile_grows BEFORE UPDATE ON ledger_logtile
    FOR EACH ROW EXECUTE FUNCTION ledger_tile_grows();

CREATE FUNCTION ledger_checkpoint_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.size <> OLD.size OR NEW.root <> OLD.root OR NEW.signed_at <> OLD.signed_at
       OR (OLD.published_at IS NOT NULL AND NEW.published_at IS DISTINCT FROM OLD.published_at) THEN
        RAISE EXCEPTION 'a signed checkpoint stays as it is' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_checkpoint_stays BEFORE UPDATE ON ledger_logcheckpoint
    FOR EACH ROW EXECUTE FUNCTION ledger_checkpoint_stays();

CREATE FUNCTION ledger_state_advances() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.size < OLD.size THEN
        RAISE EXCEPTION 'the ledger never shrinks' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_state_advances BEFORE UPDATE ON ledger_logstate
    FOR EACH ROW EXECUTE FUNCTION ledger_state_advances();
"""
UNGUARD = """
DROP TRIGGER ledger_tile_grows ON ledger_logtile;
DROP TRIGGER ledger_checkpoint_stays ON ledger_logcheckpoint;
DROP TRIGGER ledger_state_advances ON ledger_logstate;
DROP FUNCTION ledger_tile_grows();
DROP FUNCTION ledger_checkpoint_stays();
DROP FUNCTION ledger_state_advances();
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_the_log")]

    operations = [migrations.RunSQL(GUARDS, UNGUARD)]

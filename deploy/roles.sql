-- The three roles and the database, on a PostgreSQL 15 or newer of your own. Run once as a superuser:
--   psql -v owner_password="'...'" -v app_password="'...'" -v eraser_password="'...'" -f deploy/roles.sql
-- What each role may do in the tables is set by `xiezhi migrate`, from the models. SET ROLE is no barrier between them:
-- each has its own login and password, and the web server and worker know only that of the application role.
CREATE ROLE xiezhi_owner LOGIN PASSWORD :owner_password;
CREATE ROLE xiezhi_app LOGIN PASSWORD :app_password;
CREATE ROLE xiezhi_eraser LOGIN PASSWORD :eraser_password;
CREATE DATABASE xiezhi OWNER xiezhi_owner ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE xiezhi FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE xiezhi TO xiezhi_app;
GRANT CONNECT ON DATABASE xiezhi TO xiezhi_eraser;

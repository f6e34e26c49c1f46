"""Addresses of the administration."""

from django.urls import path

from xiezhi.desk.administration import organization, security, system, takeover

urlpatterns = [
    path("admin/", system.home, name="admin"),
    path("admin/units/", organization.units, name="admin-units"),
    path("admin/units/<int:pk>/", organization.unit, name="admin-unit"),
    path("admin/staff/", organization.staff, name="admin-staff"),
    path("admin/staff/<int:pk>/", organization.person, name="admin-person"),
    path("admin/accounts/", security.accounts, name="admin-accounts"),
    path("admin/grants/", security.grants, name="admin-grants"),
    path("admin/services/", security.service_accounts, name="admin-services"),
    path("admin/readings/", security.readings, name="admin-readings"),
    path("admin/security/", security.security_log, name="admin-security"),
    path("admin/calendars/", system.calendar, name="admin-calendars"),
    path("admin/parameters/", system.parameters, name="admin-parameters"),
    path("admin/procedures/", system.procedures, name="admin-procedures"),
    path("admin/procedures/<slug:code>/<int:version>/", system.procedure, name="admin-procedure"),
    path("admin/templates/", system.document_templates, name="admin-templates"),
    path("admin/templates/<str:code>/<int:version>.pdf", system.template_sample, name="admin-template"),
    path("admin/serials/", system.serials, name="admin-serials"),
    path("admin/outbox/", system.outbox, name="admin-outbox"),
    path("admin/rendering/", system.rendering, name="admin-rendering"),
    path("admin/take-over/", takeover.misfits, name="admin-takeover"),
    path("admin/take-over/<int:pk>/", takeover.misfit, name="admin-takeover-one"),
]

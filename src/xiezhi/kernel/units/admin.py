"""Reference screen of divisions. Units themselves change through services only."""

from django.contrib import admin
from unfold.admin import ModelAdmin

from xiezhi.kernel.units.models import Division


@admin.register(Division)
class DivisionAdmin(ModelAdmin):  # type: ignore[misc]
    list_display = ["code", "name", "level", "valid_from", "valid_to"]
    list_filter = ["level"]
    search_fields = ["code", "name"]
    autocomplete_fields = ["parent"]
    exclude = ["successors"]

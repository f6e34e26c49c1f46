"""Reference screen of post definitions. Persons and staff never appear here."""

from django.contrib import admin
from unfold.admin import ModelAdmin

from xiezhi.kernel.people.models import Post


@admin.register(Post)
class PostAdmin(ModelAdmin):  # type: ignore[misc]
    list_display = ["code", "title", "level", "reach", "data_level_max"]
    search_fields = ["code", "title"]

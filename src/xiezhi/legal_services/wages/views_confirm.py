from django.http import HttpResponse

from xiezhi.kernel.access.guards import PUBLIC, guard


@guard(PUBLIC)
def confirm(request, token):
    return HttpResponse("")

"""Addresses of legal aid. No address names a person."""

from django.urls import path

from . import views_counter, views_desk, views_lawyer, views_money, views_quality, views_roll

desk_urlpatterns = [
    path("aid/", views_desk.home, name="home"),
    path("aid/m/<uuid:public_id>/ask/", views_desk.ask, name="ask"),
    path("aid/m/<uuid:public_id>/answer/", views_desk.answer, name="answer"),
    path("aid/m/<uuid:public_id>/withdraw/", views_desk.withdraw, name="withdraw"),
    path("aid/m/<uuid:public_id>/subsidy/", views_money.fix, name="fix"),
    path("aid/m/<uuid:public_id>/date/", views_desk.add_date, name="date"),
    path("aid/rota/", views_roll.rota, name="rota"),
    path("aid/rota/<int:pk>/", views_roll.shift, name="shift"),
    path("aid/providers/", views_roll.providers, name="providers"),
    path("aid/providers/new/", views_roll.new_provider, name="provider-new"),
    path("aid/providers/<int:pk>/", views_roll.provider, name="provider"),
    path("aid/subsidies/", views_money.subsidies, name="subsidies"),
    path("aid/subsidies/rates/", views_money.rates, name="rates"),
    path("aid/subsidies/<int:pk>/", views_money.payment_list, name="payment-list"),
    path("aid/subsidies/<int:pk>/export/", views_money.export, name="payment-export"),
    path("aid/quality/", views_quality.reviews, name="quality"),
    path("aid/filing/", views_counter.filing, name="filing"),
    path("aid/notice/", views_counter.notice, name="notice"),
    path("aid/notify/", views_counter.notify, name="notify"),
]

portal_urlpatterns = [
    path("lawyer/", views_lawyer.home, name="lawyer"),
    path("lawyer/offers/<int:pk>/", views_lawyer.answer, name="offer"),
    path("lawyer/calendar/", views_lawyer.dates, name="calendar"),
    path("lawyer/closed/", views_lawyer.closed, name="closed"),
    path("lawyer/subsidies/", views_lawyer.subsidies, name="my-subsidies"),
    path("lawyer/reviews/", views_lawyer.reviews, name="reviews"),
    path("lawyer/reviews/<int:pk>/", views_lawyer.review, name="review"),
    path("lawyer/reviews/<int:pk>/reply/", views_lawyer.reply, name="review-reply"),
    path("lawyer/m/<uuid:public_id>/", views_lawyer.matter, name="lawyer-matter"),
    path("lawyer/m/<uuid:public_id>/date/", views_lawyer.add_date, name="lawyer-date"),
    path("lawyer/m/<uuid:public_id>/files/<int:pk>/", views_lawyer.attachment, name="lawyer-file"),
    path("lawyer/m/<uuid:public_id>/papers/<int:pk>/", views_lawyer.paper, name="lawyer-paper"),
]

"""Cookies are marked Secure whenever the page came over https.

A fixed setting would be wrong for half of the installations: sign-in over plain http
on a local network must work, and behind a TLS proxy the mark must be there.
"""

from django.http import HttpRequest, HttpResponse
from django.utils.deprecation import MiddlewareMixin


class SecureCookiesMiddleware(MiddlewareMixin):
    def process_response(
        self, request: HttpRequest, response: HttpResponse
    ) -> HttpResponse:
        if request.is_secure():
            for cookie in response.cookies.values():
                cookie["secure"] = True
        return response

from tokens.models.keys import ApiKey
from tokens.models.news import Attention, Change
from tokens.models.people import TeamRole, User, normal_email
from tokens.models.teams import Team
from tokens.models.upstreams import TokenLoad, Upstream, UpstreamToken

__all__ = [
    "ApiKey",
    "Attention",
    "Change",
    "Team",
    "TeamRole",
    "TokenLoad",
    "Upstream",
    "UpstreamToken",
    "User",
    "normal_email",
]

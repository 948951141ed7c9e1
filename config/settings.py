"""All settings, read from the environment (`.env.example` explains each variable)."""

from pathlib import Path
from typing import Any

import environ
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key

from config import database, env, filequeue

BASE_DIR = Path(__file__).resolve().parent.parent
environ.Env.read_env(BASE_DIR / ".env")

DEBUG = env.boolean("DEBUG", False)
DATA_DIR = env.folder("DATA_DIR", (BASE_DIR / env.text("DATA_DIR", "var")).resolve())
HOST = env.host("HOST", "127.0.0.1")
PORT = env.whole("PORT", 3000, 1, 65535)
WEB_PROCESSES = env.whole("WEB_PROCESSES", 1, 1, 64)
ALLOWED_HOSTS = env.hosts("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env.origins("CSRF_TRUSTED_ORIGINS")
CORS_ALLOWED_ORIGINS = env.pages("CORS_ALLOWED_ORIGINS")

SECRET_KEY = env.long_secret("SECRET_KEY", 32) or env.kept(
    DATA_DIR / "secret_key", get_random_secret_key
)
ENCRYPTION_KEYS = (
    (
        env.secret("ENCRYPTION_KEYS")
        or env.kept(
            DATA_DIR / "encryption_keys", lambda: Fernet.generate_key().decode()
        )
    )
    .replace(",", " ")
    .split()
)
try:
    if not [Fernet(_key) for _key in ENCRYPTION_KEYS]:
        raise ValueError
except ValueError:
    raise ImproperlyConfigured(
        "ENCRYPTION_KEYS must hold Fernet keys (32 bytes in URL-safe base64), "
        "separated by commas: the first encrypts, all decrypt."
    ) from None
AUTH_TOKEN_FILE = DATA_DIR / "auth_token"
# `setup` makes the file and prints it; the other roles only read it.
AUTH_TOKEN = env.secret("AUTH_TOKEN") or (
    env.kept(AUTH_TOKEN_FILE, str) if AUTH_TOKEN_FILE.exists() else ""
)
ADMIN_EMAIL = env.text("ADMIN_EMAIL", "admin@localhost")
ADMIN_PASSWORD = env.secret("ADMIN_PASSWORD")

CURSOR_ADMIN_API_KEY = env.secret("CURSOR_ADMIN_API_KEY")
CURSOR_ADMIN_API_URL = env.url("CURSOR_ADMIN_API_URL", "", "http", "https")
CURSOR_CHAT_API_URL = env.url("CURSOR_CHAT_API_URL", "", "http", "https")
ADMIN_API_PACE = env.choice("ADMIN_API_PACE", "documented", "documented", "off")
CURSOR_CLIENT_VERSION = env.header("CURSOR_CLIENT_VERSION", "2.0.0")
CURSOR_TIMEZONE = env.zone("CURSOR_TIMEZONE", "UTC")
CURSOR_GHOST_MODE = env.boolean("CURSOR_GHOST_MODE", True)
CURSOR_HEADERS = env.headers("CURSOR_HEADERS")
ENABLE_SLOW_POOL = env.boolean("ENABLE_SLOW_POOL", False)
DEFAULT_INSTRUCTIONS = env.text("DEFAULT_INSTRUCTIONS")
DEMO = env.choice("DEMO", "auto", "auto", "on", "off")
_BESIDE = PORT + 1 if PORT < 65535 else PORT - 1
SIMULATOR_PORT = env.whole("SIMULATOR_PORT", _BESIDE, 1, 65535)
if SIMULATOR_PORT == PORT:
    raise ImproperlyConfigured(f"SIMULATOR_PORT must not be PORT, which is {PORT}.")
SIMULATOR_URL = f"http://127.0.0.1:{SIMULATOR_PORT}"
ROUTE_PREFIX = env.prefix("ROUTE_PREFIX")
TOKEN_FILE = BASE_DIR / env.text("TOKEN_FILE", ".token")
TOKEN_FILE_IS_SET = bool(env.text("TOKEN_FILE"))
TOKEN_LIST_FILE = BASE_DIR / env.text("TOKEN_LIST_FILE", ".token-list")
TOKEN_LIST_FILE_IS_SET = bool(env.text("TOKEN_LIST_FILE"))

INSTALLED_APPS = [
    "dashboard",
    "proxy",
    "tokens",
    "simulator",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.cookies.SecureCookiesMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "config.languages.languages",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
]
ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "dashboard.shell.shell",
            ],
        },
    },
]

DATABASES: dict[str, Any] = {
    "default": database.config(
        env.secret("DATABASE_URL") or f"sqlite:///{DATA_DIR / 'db.sqlite3'}"
    )
}
REDIS_URL = env.redis_url("REDIS_URL")
CACHES: dict[str, Any] = {
    "default": (
        {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": REDIS_URL,
            "KEY_PREFIX": "teamgauge",
            # Seconds. A server that is frozen takes connections and says nothing.
            "OPTIONS": {"socket_timeout": 2, "socket_connect_timeout": 2},
        }
        if REDIS_URL
        else {
            "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
            # Drawings of charts, some kilobytes each.
            "OPTIONS": {"MAX_ENTRIES": 2000},
        }
    )
}

_QUEUE_DIR = DATA_DIR / "queue"
CELERY_BROKER_URL = REDIS_URL or f"{filequeue.SCHEME}://"
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = (
    # The queues in the order that the worker names them: first things first.
    {
        "visibility_timeout": 3600,
        "queue_order_strategy": "priority",
        "socket_timeout": 10,
        "socket_connect_timeout": 5,
    }
    if REDIS_URL
    else {
        "data_folder_in": str(_QUEUE_DIR / "messages"),
        "data_folder_out": str(_QUEUE_DIR / "messages"),
        "control_folder": str(_QUEUE_DIR / "control"),
    }
)
if not REDIS_URL:
    for _folder in ("messages", "control"):
        env.folder("DATA_DIR", _QUEUE_DIR / _folder)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_SERIALIZER = CELERY_RESULT_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_POOL = "config.workerpool:TaskPool"
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 1.0
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_ENABLE_REMOTE_CONTROL = bool(REDIS_URL)
CELERY_TASK_DEFAULT_QUEUE = "hourly"
CELERY_TIMEZONE = "UTC"
# The tables say what is due (dashboard/sync/schedule.py); beat only knocks.
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"
CELERY_BEAT_SCHEDULE = {
    "sweep": {
        "task": "dashboard.tasks.sweep",
        "schedule": 15.0,
        "options": {"expires": 60},
    },
    "forget removed tokens": {
        "task": "tokens.tasks.forget_removed",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "sweep tokens": {
        "task": "proxy.tasks.sweep_tokens",
        "schedule": 60.0,
        "options": {"expires": 120},
    },
    "refresh models": {
        "task": "proxy.tasks.refresh_models",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
}

AUTH_USER_MODEL = "tokens.User"
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/dashboard/"
LOGOUT_REDIRECT_URL = "/accounts/login/"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
# TLS ends at a proxy in front; it says so in this header. Without a proxy a caller
# who lies in it only gets cookies that the browser will not send back over http.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SILENCED_SYSTEM_CHECKS = [
    "security.W004",  # HSTS is the TLS proxy's word to give
    "security.W008",  # so is the redirect to https
    "security.W012",  # config.cookies marks cookies Secure on each https answer
    "security.W016",  # the same for the CSRF cookie
    "urls.W002",  # the gateway means the slashes that start one of its routes
]
CONTENT_SECURITY_POLICY: dict[str, Any] = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    },
}
# Files that people send go to this disk at once, never into memory.
UPLOADS = env.folder("DATA_DIR", DATA_DIR / "uploads")
FILE_UPLOAD_TEMP_DIR = str(UPLOADS)
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
# Of a form; the gateway has a limit of its own.
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文"), ("tr", "Türkçe")]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.zone("TIME_ZONE", "UTC")
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}
    },
    "filters": {"masked": {"()": "config.logs.Masked"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["masked"],
        }
    },
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        # Without Django's own handlers, which mask nothing.
        "django": {"level": "INFO"},
        # Its INFO lines repeat each URL that is asked for.
        "httpx": {"level": "WARNING"},
        "httpx2": {"level": "WARNING"},
        "kombu": {"level": "WARNING"},
        # It warns that a queue made of files has no host name.
        "kombu.connection": {"level": "ERROR"},
    },
}

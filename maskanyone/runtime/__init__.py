"""How a model is run. Privacy first: whatever a runtime would report to its maker is switched off before it loads."""

from __future__ import annotations

import os

QUIET = {
    "ORT_DISABLE_TELEMETRY": "1",
    "YOLO_OFFLINE": "true",
    "YOLO_AUTOINSTALL": "false",
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "GLOG_minloglevel": "3",
    "TF_CPP_MIN_LOG_LEVEL": "3",
}


def be_quiet() -> None:
    """Switch off telemetry, downloads and chatter of every runtime, in code and not only in settings."""
    os.environ.update({name: value for name, value in QUIET.items() if name not in os.environ})


def settle() -> None:
    """Prepare this process: quiet runtimes, and OpenCV on one thread, which small pictures are done on soonest.

    What several threads at once are for is decided here and not by each library.
    """
    import cv2

    be_quiet()
    cv2.setNumThreads(1)


be_quiet()  # whoever loads a runtime comes through here first

"""isthmus itself: `AutoencoderDetector` as it comes, and its presets."""

from __future__ import annotations

import numpy as np

from benchmarks.peer_scripts.detecting import Fit, Fitted
from isthmus import AutoencoderDetector

ALPHAS = (0.01, 0.05)


def _detector(**choices: str) -> Fit:
    def fit(rows: np.ndarray, seed: int) -> Fitted:
        detector = AutoencoderDetector(random_state=seed, **choices).fit(rows)  # type: ignore[arg-type]
        calibrator = detector.scorer_.calibrator

        def alarms(scores: np.ndarray) -> dict[str, np.ndarray]:
            p_values = calibrator.p_values(scores)
            allowed = [calibrator.alarms_allowed(alpha) for alpha in ALPHAS]
            return {
                "alarms": np.stack([p_values <= alpha for alpha in ALPHAS]),
                "attainable": np.array(allowed) / (calibrator.rows + 1),
            }

        return Fitted(detector.anomaly_score, alarms)

    return fit


OWN: dict[str, Fit] = {
    "isthmus": _detector(),
    "isthmus_fast": _detector(preset="fast"),
    "isthmus_balanced": _detector(preset="balanced"),
    "isthmus_best": _detector(preset="best"),
    "isthmus_balanced_bf16": _detector(preset="balanced", precision="bf16"),
}

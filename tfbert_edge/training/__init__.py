"""Fine-tuning: losses, schedules, the optimizer, the loop and what keeps it resumable."""

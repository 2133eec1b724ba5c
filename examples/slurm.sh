#!/usr/bin/env bash
#SBATCH --array=1-64
#SBATCH --cpus-per-task=1
#SBATCH --mem=2G
# One shard of a run for each task of an array; a task that is started again passes over
# what is there. When the array is done, the same words with --merge put it together.
# usage: sbatch --array=1-64 slurm.sh score length --thin dump/*.jsonl.zst -o scores/
#        sel score length --thin --merge scores/ -o scores/
set -euo pipefail
exec sel "$@" --resume -j 1 --shard "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT"

# MaskAnyone: its page with a worker, and its command line.
#
#   docker build -t maskanyone .                             CPU
#   docker build -t maskanyone --build-arg VARIANT=cuda .    NVIDIA, run with --gpus all
#   docker run --rm -v maskanyone-weights:/weights maskanyone weights get default
#   docker run --rm -p 127.0.0.1:8501:8501 -v maskanyone-data:/data -v maskanyone-weights:/weights maskanyone
#       the page on http://localhost:8501; under another name: add  app --host 0.0.0.0 --no-browser --allow-host NAME
#   docker run --rm --network none -v maskanyone-weights:/weights -v "$PWD":/videos maskanyone mask interview.mp4 -o masked
#
# It runs as user 1000, who must be able to write to the mounted folder, or give --user and mount /data and /weights too.
FROM python:3.12-slim

RUN apt-get update \
    && apt-get install -y --no-install-recommends libgl1 libglib2.0-0 libegl1 libgles2 \
    && rm -rf /var/lib/apt/lists/*

ARG VARIANT=cpu
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore PYTHONDONTWRITEBYTECODE=1

WORKDIR /source
COPY constraints.txt ./
RUN case "$VARIANT" in \
        cpu) versions="$(grep -E '^(torch|torchvision)==' constraints.txt)" \
            && pip install --no-deps --index-url https://download.pytorch.org/whl/cpu $versions ;; \
        cuda) ;; \
        *) echo "VARIANT is cpu or cuda, not $VARIANT" >&2; exit 1 ;; \
    esac

COPY pyproject.toml README.md LICENSE ./
COPY presets presets
COPY pages pages
COPY .streamlit .streamlit
COPY maskanyone maskanyone
# onnxruntime and onnxruntime-gpu write the same folder: one goes before the other comes
RUN pip install . -c constraints.txt \
    && if [ "$VARIANT" = cuda ]; then \
        pip uninstall -y onnxruntime && pip install 'onnxruntime-gpu>=1.27,<2' -c constraints.txt; \
    fi

RUN useradd --uid 1000 --create-home maskanyone \
    && install -d -o maskanyone -g maskanyone -m 0700 /data /weights \
    && install -d -o maskanyone -g maskanyone /videos
USER maskanyone
ENV MASKANYONE_DATA=/data MASKANYONE_WEIGHTS=/weights
VOLUME ["/data", "/weights"]
WORKDIR /videos
ENTRYPOINT ["maskanyone"]
EXPOSE 8501
CMD ["app", "--host", "0.0.0.0", "--no-browser"]

# Completions of sel; made by `make docs`.
_sel() {
  local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD-1]}"
  local method="${COMP_WORDS[1]}.${COMP_WORDS[2]}" words=""
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    words="embed score index pick eval --help --version"
  elif [ "$COMP_CWORD" -eq 2 ]; then
    case "${COMP_WORDS[1]}" in
    embed) words="hidden ngrams sentence static" ;;
    score) words="dsir length random rds" ;;
    index) words="add build graph info search" ;;
    pick) words="random rows sample top turns where" ;;
    eval) words="coverage cut match neighbours probe" ;;
    esac
    words="$words --help"
  else
    case "$method.$previous" in
    embed.hidden.--pooling) words="weighted-mean mean last" ;;
    embed.hidden.--template) words="tulu model none" ;;
    embed.hidden.--dtype) words="float32 float16" ;;
    embed.ngrams.--dtype) words="float32 float16" ;;
    embed.sentence.--dtype) words="float32 float16" ;;
    embed.static.--dtype) words="float32 float16" ;;
    score.dsir.--hash) words="fast sha256" ;;
    score.length.--unit) words="characters words tokens" ;;
    score.rds.--reduce) words="each max mean" ;;
    index.build.--kind) words="auto flat ivf hnsw" ;;
    pick.random.--over) words="under over nearest" ;;
    pick.random.--order) words="input score" ;;
    pick.sample.--weights) words="exp proportional" ;;
    pick.sample.--over) words="under over nearest" ;;
    pick.sample.--order) words="input score" ;;
    pick.top.--over) words="under over nearest" ;;
    pick.top.--order) words="input score" ;;
    pick.turns.--rule) words="burn skip max" ;;
    pick.turns.--order) words="input score" ;;
    eval.match.--hash) words="fast sha256" ;;
    esac
    if [ -z "$words" ]; then
      case "$current" in
        -*) case "$method" in
    embed.hidden) words="--pooling --template --max-length --text --model --device --batch --dtype --normalize --records --resume --on-error --max-errors --max-line --output -o --summary --quiet -q --help" ;;
    embed.ngrams) words="--dim --ngrams --text --dtype --normalize --records --resume --jobs -j --on-error --max-errors --max-line --output -o --summary --quiet -q --help" ;;
    embed.sentence) words="--prompt --text --model --device --batch --dtype --normalize --records --resume --on-error --max-errors --max-line --output -o --summary --quiet -q --help" ;;
    embed.static) words="--text --dtype --normalize --records --resume --jobs -j --on-error --max-errors --max-line --output -o --summary --quiet -q --help" ;;
    score.dsir) words="--ngrams --buckets --hash --tokens-to-fit --laplace --separate --min-length --per-token --text --target --save --load --as --overwrite --thin --carry --resume --jobs -j --on-error --max-errors --max-line --output -o --summary --quiet -q --help" ;;
    score.length) words="--unit --text --tokenizer --as --overwrite --thin --carry --resume --jobs -j --on-error --max-errors --max-line --output -o --summary --quiet -q --help" ;;
    score.random) words="--seed --key --as --overwrite --thin --carry --resume --jobs -j --on-error --max-errors --max-line --output -o --summary --quiet -q --help" ;;
    score.rds) words="--reduce --vectors --target-vectors --card-check --as --overwrite --thin --carry --resume --jobs -j --on-error --max-errors --max-line --output -o --summary --quiet -q --help" ;;
    index.add) words="--vectors --card-check --output -o --summary --quiet -q --help" ;;
    index.build) words="--kind --probes --vectors --output -o --summary --quiet -q --help" ;;
    index.graph) words="-k --vectors --output -o --summary --quiet -q --help" ;;
    index.info) words="--output -o --summary --quiet -q --help" ;;
    index.search) words="-k --queries --records --card-check --on-error --max-errors --max-line --output -o --summary --quiet -q --help" ;;
    pick.random) words="-k --fraction --threshold --budget --cost --over --per --shares --order --seed --key --join --limit --fail-if-empty --on-error --max-errors --max-line --output -o --summary --quiet -q --help" ;;
    pick.rows) words="--not --from --on --limit --fail-if-empty --on-error --max-errors --max-line --output -o --summary --quiet -q --help" ;;
    pick.sample) words="--temperature --weights --by --lowest -k --fraction --threshold --budget --cost --over --per --shares --order --seed --key --noise --join --limit --fail-if-empty --on-error --max-errors --max-line --output -o --summary --quiet -q --help" ;;
    pick.top) words="--by --lowest -k --fraction --threshold --budget --cost --over --per --shares --order --join --limit --fail-if-empty --on-error --max-errors --max-line --output -o --summary --quiet -q --help" ;;
    pick.turns) words="--rule --by --lowest -k --order --join --limit --fail-if-empty --on-error --max-errors --max-line --output -o --summary --quiet -q --help" ;;
    pick.where) words="--join --limit --fail-if-empty --on-error --max-errors --max-line --output -o --summary --quiet -q --help" ;;
    eval.coverage) words="--sample --cells --vectors --seeds --seed --on-error --max-errors --max-line --output -o --summary --quiet -q --help" ;;
    eval.cut) words="--efficiency --rule --by --lowest --reference --against --on --near --within --bin --edges --on-error --max-errors --max-line --output -o --summary --quiet -q --help" ;;
    eval.match) words="--ngrams --buckets --hash --target --pool --seeds --seed --vectors --target-vectors --domain --card-check --text --jobs -j --on-error --max-errors --max-line --output -o --summary --quiet -q --help" ;;
    eval.neighbours) words="-k --sample --vectors --reference --seed --output -o --summary --quiet -q --help" ;;
    eval.probe) words="--probes --knn --temperature --tune --tail --per-class --vectors --labels --test --test-records --pool --seeds --seed --cost --card-check --on-error --max-errors --max-line --output -o --summary --quiet -q --help" ;;
        esac ;;
      esac
    fi
  fi
  if [ -n "$words" ]; then
    COMPREPLY=($(compgen -W "$words" -- "$current"))
  else
    COMPREPLY=($(compgen -f -- "$current"))
  fi
}
complete -o filenames -F _sel sel

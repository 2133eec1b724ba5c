# Completions of sel; made by `make docs`.
_sel() {
  local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD-1]}"
  local method="${COMP_WORDS[1]}.${COMP_WORDS[2]}" words=""
  COMPREPLY=()
  if [ "${COMP_WORDS[1]}" = help ] || [ "${COMP_WORDS[1]}" = man ]; then
    case "$COMP_CWORD" in
      2) words="embed score index pick diversify eval" ;;
      3) case "${COMP_WORDS[2]}" in
        embed) words="columns gradient hidden image ngrams sentence static trajectory" ;;
        score) words="blocked cells classifier dsir gateau gmm heuristics ifd knn language length less nearest ngramlm perplexity pii random rater rds tsds words" ;;
        index) words="add build graph info remove search" ;;
        pick) words="classes committee demonstrations fuse lookup mix random rows sample top turns where" ;;
        diversify) words="against clusters dpp exact facility graphcut herding kcenter medoids minhash mmr novelty prototypes random semantic substring votek" ;;
        eval) words="check classes columns compare conjoint coverage cut doremi leak match mixture neighbours probe profile stability utility" ;;
      esac ;;
    esac
  elif [ "$COMP_CWORD" -eq 1 ]; then
    words="embed score index pick diversify eval help man completion demo --help --version"
  elif [ "$COMP_CWORD" -eq 2 ]; then
    case "${COMP_WORDS[1]}" in
    embed) words="columns gradient hidden image ngrams sentence static trajectory" ;;
    score) words="blocked cells classifier dsir gateau gmm heuristics ifd knn language length less nearest ngramlm perplexity pii random rater rds tsds words" ;;
    index) words="add build graph info remove search" ;;
    pick) words="classes committee demonstrations fuse lookup mix random rows sample top turns where" ;;
    diversify) words="against clusters dpp exact facility graphcut herding kcenter medoids minhash mmr novelty prototypes random semantic substring votek" ;;
    eval) words="check classes columns compare conjoint coverage cut doremi leak match mixture neighbours probe profile stability utility" ;;
    completion) words="bash zsh fish" ;;
    esac
    words="$words --help"
  else
    case "$method.$previous" in
    embed.columns.--by) words="variance pca strength" ;;
    embed.columns.--dtype) words="float32 float16" ;;
    embed.gradient.--projection) words="rademacher count-sketch" ;;
    embed.gradient.--template) words="tulu model none" ;;
    embed.gradient.--adam) words="paper torch authors none" ;;
    embed.gradient.--precision) words="auto float32 bfloat16 float16" ;;
    embed.gradient.--dtype) words="float32 float16" ;;
    embed.hidden.--pooling) words="weighted-mean mean last" ;;
    embed.hidden.--template) words="tulu model none" ;;
    embed.hidden.--precision) words="auto float32 bfloat16 float16" ;;
    embed.hidden.--dtype) words="float32 float16" ;;
    embed.image.--dtype) words="float32 float16" ;;
    embed.ngrams.--dtype) words="float32 float16" ;;
    embed.sentence.--precision) words="auto float32 bfloat16 float16" ;;
    embed.sentence.--dtype) words="float32 float16" ;;
    embed.static.--dtype) words="float32 float16" ;;
    embed.trajectory.--of) words="answer all" ;;
    embed.trajectory.--template) words="tulu model none" ;;
    embed.trajectory.--schedule) words="cosine linear constant" ;;
    score.classifier.--prepare) words="plain dclm dolma fineweb nemo preselect redpajama" ;;
    score.dsir.--hash) words="fast sha256" ;;
    score.gateau.--positions) words="ntk plain" ;;
    score.gateau.--norm) words="rank paper authors" ;;
    score.gateau.--precision) words="auto float32 bfloat16 float16" ;;
    score.heuristics.--words) words="spaces marks spacy-like" ;;
    score.ifd.--ratio) words="loss ppl" ;;
    score.ifd.--words) words="alpaca plain" ;;
    score.ifd.--precision) words="auto float32 bfloat16 float16" ;;
    score.language.--prepare) words="datatrove dolma nemo ccnet" ;;
    score.length.--unit) words="characters words tokens" ;;
    score.less.--reduce) words="max each" ;;
    score.ngramlm.--unit) words="words pieces bytes" ;;
    score.ngramlm.--prepare) words="none ccnet" ;;
    score.perplexity.--of) words="all answer" ;;
    score.perplexity.--statistic) words="perplexity mean sum min-k" ;;
    score.perplexity.--template) words="tulu model none" ;;
    score.perplexity.--precision) words="auto float32 bfloat16 float16" ;;
    score.rds.--reduce) words="each max mean min normalized-mean" ;;
    score.words.--rule) words="share c4 dolma redpajama" ;;
    index.build.--kind) words="auto flat ivf hnsw" ;;
    pick.classes.--of) words="classes rows" ;;
    pick.classes.--form) words="messages sharegpt alpaca prompt-completion text" ;;
    pick.committee.--rule) words="sntv k-approval borda dcg cc cc-approval harmonic" ;;
    pick.committee.--order) words="input score" ;;
    pick.committee.--form) words="messages sharegpt alpaca prompt-completion text" ;;
    pick.demonstrations.--packing) words="stop skip" ;;
    pick.demonstrations.--center) words="none pool own" ;;
    pick.demonstrations.--form) words="messages sharegpt alpaca prompt-completion text" ;;
    pick.fuse.--fusion) words="weighted rrf" ;;
    pick.fuse.--ties) words="average min ordinal" ;;
    pick.fuse.--over) words="under over nearest" ;;
    pick.fuse.--order) words="input score reverse shuffle shuffle-in-windows" ;;
    pick.fuse.--form) words="messages sharegpt alpaca prompt-completion text" ;;
    pick.lookup.--rule) words="turns nearest drop" ;;
    pick.lookup.--center) words="none pool own" ;;
    pick.lookup.--order) words="input score" ;;
    pick.lookup.--form) words="messages sharegpt alpaca prompt-completion text" ;;
    pick.mix.--form) words="messages sharegpt alpaca prompt-completion text" ;;
    pick.random.--over) words="under over nearest" ;;
    pick.random.--order) words="input score reverse shuffle shuffle-in-windows" ;;
    pick.random.--form) words="messages sharegpt alpaca prompt-completion text" ;;
    pick.rows.--form) words="messages sharegpt alpaca prompt-completion text" ;;
    pick.sample.--weights) words="exp proportional" ;;
    pick.sample.--over) words="under over nearest" ;;
    pick.sample.--order) words="input score reverse shuffle shuffle-in-windows" ;;
    pick.sample.--form) words="messages sharegpt alpaca prompt-completion text" ;;
    pick.top.--over) words="under over nearest" ;;
    pick.top.--order) words="input score reverse shuffle shuffle-in-windows" ;;
    pick.top.--form) words="messages sharegpt alpaca prompt-completion text" ;;
    pick.turns.--rule) words="burn skip max" ;;
    pick.turns.--order) words="input score reverse shuffle shuffle-in-windows" ;;
    pick.turns.--form) words="messages sharegpt alpaca prompt-completion text" ;;
    pick.where.--form) words="messages sharegpt alpaca prompt-completion text" ;;
    diversify.against.--unit) words="words chars" ;;
    diversify.against.--form) words="messages sharegpt alpaca prompt-completion text" ;;
    diversify.clusters.--shape) words="raw center zscore" ;;
    diversify.clusters.--rule) words="paper released" ;;
    diversify.clusters.--order) words="input score" ;;
    diversify.clusters.--form) words="messages sharegpt alpaca prompt-completion text" ;;
    diversify.dpp.--order) words="input score" ;;
    diversify.dpp.--form) words="messages sharegpt alpaca prompt-completion text" ;;
    diversify.exact.--level) words="document line" ;;
    diversify.exact.--form) words="messages sharegpt alpaca prompt-completion text" ;;
    diversify.facility.--order) words="input score" ;;
    diversify.facility.--form) words="messages sharegpt alpaca prompt-completion text" ;;
    diversify.graphcut.--order) words="input score" ;;
    diversify.graphcut.--form) words="messages sharegpt alpaca prompt-completion text" ;;
    diversify.herding.--order) words="input score" ;;
    diversify.herding.--form) words="messages sharegpt alpaca prompt-completion text" ;;
    diversify.kcenter.--order) words="input score" ;;
    diversify.kcenter.--form) words="messages sharegpt alpaca prompt-completion text" ;;
    diversify.medoids.--order) words="input score" ;;
    diversify.medoids.--form) words="messages sharegpt alpaca prompt-completion text" ;;
    diversify.minhash.--preset) words="lee fineweb slimpajama bigcode" ;;
    diversify.minhash.--unit) words="words chars" ;;
    diversify.minhash.--keep) words="first best longest" ;;
    diversify.minhash.--form) words="messages sharegpt alpaca prompt-completion text" ;;
    diversify.mmr.--order) words="input score" ;;
    diversify.mmr.--form) words="messages sharegpt alpaca prompt-completion text" ;;
    diversify.novelty.--order) words="input score" ;;
    diversify.novelty.--form) words="messages sharegpt alpaca prompt-completion text" ;;
    diversify.prototypes.--keep) words="hard easy" ;;
    diversify.prototypes.--order) words="input score" ;;
    diversify.prototypes.--form) words="messages sharegpt alpaca prompt-completion text" ;;
    diversify.random.--order) words="input score" ;;
    diversify.random.--form) words="messages sharegpt alpaca prompt-completion text" ;;
    diversify.semantic.--keep) words="hard easy" ;;
    diversify.semantic.--order) words="input score" ;;
    diversify.semantic.--form) words="messages sharegpt alpaca prompt-completion text" ;;
    diversify.substring.--unit) words="tokens bytes" ;;
    diversify.substring.--form) words="messages sharegpt alpaca prompt-completion text" ;;
    diversify.votek.--rule) words="paper released" ;;
    diversify.votek.--order) words="input score" ;;
    diversify.votek.--form) words="messages sharegpt alpaca prompt-completion text" ;;
    eval.classes.--mapping) words="feature label" ;;
    eval.leak.--rule) words="13-gram 8-gram 50-chars" ;;
    eval.match.--hash) words="fast sha256" ;;
    eval.mixture.--proposals) words="regmix dirichlet" ;;
    eval.mixture.--law) words="log-linear linear" ;;
    eval.mixture.--outside) words="refuse bound allow" ;;
    eval.utility.--learner) words="ngram transformer" ;;
    esac
    if [ -z "$words" ]; then
      case "$current" in
        -*) case "$method" in
    embed.columns) words="--dim --by --vectors --fit --dtype --normalize --no-normalize --seed --output -o --summary --log --quiet -q --help" ;;
    embed.gradient) words="--project --projection --template --max-length --text --device --batch --allow-pickle --model --seed --adapters --warmup --lora --alpha --modules --epochs --learning-rate --step-records --rates --adam --target-task --precision --dtype --normalize --no-normalize --records --resume --on-error --max-errors --glob --max-line --output -o --summary --log --quiet -q --help" ;;
    embed.hidden) words="--pooling --template --max-length --text --device --batch --allow-pickle --model --precision --dtype --normalize --no-normalize --records --resume --on-error --max-errors --glob --max-line --output -o --summary --log --quiet -q --help" ;;
    embed.image) words="--image --size --device --batch --allow-pickle --model --dtype --normalize --no-normalize --records --resume --jobs -j --on-error --max-errors --glob --max-line --output -o --summary --log --quiet -q --help" ;;
    embed.ngrams) words="--dim --ngrams --text --dtype --normalize --no-normalize --records --resume --jobs -j --on-error --max-errors --glob --max-line --output -o --summary --log --quiet -q --help" ;;
    embed.sentence) words="--prompt --text --device --batch --allow-pickle --model --precision --dtype --normalize --no-normalize --records --resume --on-error --max-errors --glob --max-line --output -o --summary --log --quiet -q --help" ;;
    embed.static) words="--text --dtype --normalize --no-normalize --records --resume --jobs -j --on-error --max-errors --glob --max-line --output -o --summary --log --quiet -q --help" ;;
    embed.trajectory) words="--of --template --max-length --text --device --batch --allow-pickle --model --models --seed --epochs --checkpoints --learning-rate --schedule --warmup --step-tokens --clip --weight-decay --lora --resume --on-error --max-errors --glob --max-line --output -o --summary --log --quiet -q --help" ;;
    score.blocked) words="--soft --url --domains --urls --words --soft-words --subwords --as --overwrite --thin --carry --shard-size --resume --jobs -j --on-error --max-errors --glob --max-line --output -o --summary --log --quiet -q --help" ;;
    score.cells) words="--cells --vectors --save --load --as --overwrite --thin --carry --shard-size --resume --jobs -j --on-error --max-errors --glob --max-line --output -o --summary --log --quiet -q --help" ;;
    score.classifier) words="--ngrams --chars --buckets --prepare --strength --epochs --held-out --label --text --seed --save --load --pos --neg --train --labels --as --overwrite --thin --carry --shard-size --resume --jobs -j --on-error --max-errors --glob --max-line --output -o --summary --log --quiet -q --help" ;;
    score.dsir) words="--ngrams --buckets --hash --tokens-to-fit --laplace --separate --min-length --per-token --text --save --load --target --as --overwrite --thin --carry --shard-size --resume --jobs -j --on-error --max-errors --glob --max-line --output -o --summary --log --quiet -q --help" ;;
    score.gateau) words="--short-window --segment --max-context --positions --parts --norm --alpha --prompt --response --context --device --batch --allow-pickle --model --short-model --precision --as --overwrite --thin --carry --shard-size --resume --on-error --max-errors --glob --max-line --output -o --summary --log --quiet -q --help" ;;
    score.gmm) words="--components --starts --component --features --errors --seed --save --load --target --as --overwrite --thin --carry --shard-size --resume --jobs -j --on-error --max-errors --glob --max-line --output -o --summary --log --quiet -q --help" ;;
    score.heuristics) words="--set --words --naughty --stop-words --text --as --overwrite --thin --carry --shard-size --resume --jobs -j --on-error --max-errors --glob --max-line --output -o --summary --log --quiet -q --help" ;;
    score.ifd) words="--ratio --words --parts --max-length --prompt --response --device --batch --allow-pickle --model --precision --as --overwrite --thin --carry --shard-size --resume --on-error --max-errors --glob --max-line --output -o --summary --log --quiet -q --help" ;;
    score.knn) words="-k --temperature --regress --vectors --target-vectors --target --label --card-check --no-card-check --as --overwrite --thin --carry --shard-size --resume --jobs -j --on-error --max-errors --glob --max-line --output -o --summary --log --quiet -q --help" ;;
    score.language) words="--prepare --text --model --as --overwrite --thin --carry --shard-size --resume --jobs -j --on-error --max-errors --glob --max-line --output -o --summary --log --quiet -q --help" ;;
    score.length) words="--unit --text --tokenizer --as --overwrite --thin --carry --shard-size --resume --jobs -j --on-error --max-errors --glob --max-line --output -o --summary --log --quiet -q --help" ;;
    score.less) words="--subtasks --reduce --vectors --target-vectors --card-check --no-card-check --as --overwrite --thin --carry --shard-size --resume --jobs -j --on-error --max-errors --glob --max-line --output -o --summary --log --quiet -q --help" ;;
    score.nearest) words="--vectors --target-vectors --target --label --references --card-check --no-card-check --as --overwrite --thin --carry --shard-size --resume --jobs -j --on-error --max-errors --glob --max-line --output -o --summary --log --quiet -q --help" ;;
    score.ngramlm) words="--unit --prepare --order --text --tokenizer --save --load --target --against --as --overwrite --thin --carry --shard-size --resume --jobs -j --on-error --max-errors --glob --max-line --output -o --summary --log --quiet -q --help" ;;
    score.perplexity) words="--of --statistic --share --buckets --template --max-length --text --device --batch --allow-pickle --model --precision --as --overwrite --thin --carry --shard-size --resume --on-error --max-errors --glob --max-line --output -o --summary --log --quiet -q --help" ;;
    score.pii) words="--kinds --public --random --text --mask --as --overwrite --thin --carry --shard-size --resume --jobs -j --on-error --max-errors --glob --max-line --output -o --summary --log --quiet -q --help" ;;
    score.random) words="--seed --key --as --overwrite --thin --carry --shard-size --resume --jobs -j --on-error --max-errors --glob --max-line --output -o --summary --log --quiet -q --help" ;;
    score.rater) words="--confidence --label-temperature --generations --ridge --ngrams --dim --chunk --clip --vectors --text --seed --save --load --judgments --on --labels --as --overwrite --thin --carry --shard-size --resume --jobs -j --on-error --max-errors --glob --max-line --output -o --summary --log --quiet -q --help" ;;
    score.rds) words="--reduce --vectors --target-vectors --card-check --no-card-check --as --overwrite --thin --carry --shard-size --resume --jobs -j --on-error --max-errors --glob --max-line --output -o --summary --log --quiet -q --help" ;;
    score.tsds) words="--alpha --scale --sigma --max-k --kde-k --vectors --target-vectors --card-check --no-card-check --as --overwrite --thin --carry --shard-size --resume --jobs -j --on-error --max-errors --glob --max-line --output -o --summary --log --quiet -q --help" ;;
    score.words) words="--rule --anywhere --text --list --as --overwrite --thin --carry --shard-size --resume --jobs -j --on-error --max-errors --glob --max-line --output -o --summary --log --quiet -q --help" ;;
    index.add) words="--vectors --card-check --no-card-check --verify --no-verify --output -o --summary --log --quiet -q --help" ;;
    index.build) words="--kind --recall --vectors --queries --card-check --no-card-check --output -o --summary --log --quiet -q --help" ;;
    index.graph) words="-k --vectors --output -o --summary --log --quiet -q --help" ;;
    index.info) words="--verify --no-verify --output -o --summary --log --quiet -q --help" ;;
    index.remove) words="--rows --verify --no-verify --output -o --summary --log --quiet -q --help" ;;
    index.search) words="-k --queries --records --card-check --no-card-check --verify --no-verify --on-error --max-errors --glob --max-line --output -o --summary --log --quiet -q --help" ;;
    pick.classes) words="--keep --of --worst --per --from --join --limit --fail-if-empty --form --dataset-info --shard-size --on-error --max-errors --glob --max-line --output -o --summary --log --quiet -q --help" ;;
    pick.committee) words="--rule --exact -k --rank --at-least --at-most --order --ranked --explain --report --join --limit --fail-if-empty --form --dataset-info --shard-size --on-error --max-errors --glob --max-line --output -o --summary --log --quiet -q --help" ;;
    pick.demonstrations) words="-k --budget --longest --packing --equal --vectors --queries --query-records --center --cost --per --card-check --no-card-check --report --limit --fail-if-empty --form --dataset-info --shard-size --on-error --max-errors --glob --max-line --output -o --summary --log --quiet -q --help" ;;
    pick.fuse) words="--fusion --ties --constant --rank -k --fraction --budget --cost --over --threshold --per --shares --order --window --seed --ranked --explain --report --join --limit --fail-if-empty --form --dataset-info --shard-size --on-error --max-errors --glob --max-line --output -o --summary --log --quiet -q --help" ;;
    pick.lookup) words="-k --threshold --rule --vectors --queries --query-records --center --label --as --order --card-check --no-card-check --report --limit --fail-if-empty --form --dataset-info --shard-size --on-error --max-errors --glob --max-line --output -o --summary --log --quiet -q --help" ;;
    pick.mix) words="--alpha --unimax --max-repeats --per --partial --counted -k --fraction --budget --cost --lowest --by --seed --key --join --limit --fail-if-empty --form --dataset-info --shard-size --on-error --max-errors --glob --max-line --output -o --summary --log --quiet -q --help" ;;
    pick.random) words="-k --fraction --budget --cost --over --threshold --per --shares --order --window --report --seed --key --join --limit --fail-if-empty --form --dataset-info --shard-size --on-error --max-errors --glob --max-line --output -o --summary --log --quiet -q --help" ;;
    pick.rows) words="--not --around --shortest --most --from --on --clean --spans --text --limit --fail-if-empty --form --dataset-info --shard-size --on-error --max-errors --glob --max-line --output -o --summary --log --quiet -q --help" ;;
    pick.sample) words="--temperature --weights --lowest --by -k --fraction --budget --cost --over --threshold --pareto --per --shares --order --window --report --seed --key --noise --normalize --join --limit --fail-if-empty --form --dataset-info --shard-size --on-error --max-errors --glob --max-line --output -o --summary --log --quiet -q --help" ;;
    pick.top) words="--lowest --by -k --fraction --budget --cost --over --threshold --per --shares --order --window --report --seed --join --limit --fail-if-empty --form --dataset-info --shard-size --on-error --max-errors --glob --max-line --output -o --summary --log --quiet -q --help" ;;
    pick.turns) words="--rule --lowest --by -k --order --window --seed --join --limit --fail-if-empty --form --dataset-info --shard-size --on-error --max-errors --glob --max-line --output -o --summary --log --quiet -q --help" ;;
    pick.where) words="--preset --clean --explain --percentile --per --text --jobs -j --join --limit --fail-if-empty --form --dataset-info --shard-size --on-error --max-errors --glob --max-line --output -o --summary --log --quiet -q --help" ;;
    diversify.against) words="--threshold --ngrams --unit --permutations --fold --text --old --save --load --report --on --jobs -j --form --dataset-info --shard-size --on-error --max-errors --glob --max-line --output -o --summary --log --quiet -q --help" ;;
    diversify.clusters) words="--cells --shape --rule -k --fraction --budget --cost --seed --key --already --on --lowest --by --per --vectors --trajectories --order --ranked --explain --memory --form --dataset-info --shard-size --on-error --max-errors --glob --max-line --output -o --summary --log --quiet -q --help" ;;
    diversify.dpp) words="--weight -k --fraction --budget --cost --vectors --already --on --lowest --by --order --ranked --explain --memory --form --dataset-info --shard-size --on-error --max-errors --glob --max-line --output -o --summary --log --quiet -q --help" ;;
    diversify.exact) words="--bloom --capacity --raw --fold --text --level --save --load --report --on --jobs -j --form --dataset-info --shard-size --on-error --max-errors --glob --max-line --output -o --summary --log --quiet -q --help" ;;
    diversify.facility) words="--weight --neighbours -k --fraction --budget --cost --already --on --lowest --by --vectors --graph --order --ranked --explain --memory --form --dataset-info --shard-size --on-error --max-errors --glob --max-line --output -o --summary --log --quiet -q --help" ;;
    diversify.graphcut) words="--penalty -k --fraction --budget --cost --vectors --already --on --order --ranked --explain --memory --form --dataset-info --shard-size --on-error --max-errors --glob --max-line --output -o --summary --log --quiet -q --help" ;;
    diversify.herding) words="-k --fraction --budget --cost --vectors --already --on --order --ranked --explain --memory --form --dataset-info --shard-size --on-error --max-errors --glob --max-line --output -o --summary --log --quiet -q --help" ;;
    diversify.kcenter) words="--center -k --fraction --budget --cost --vectors --already --on --order --ranked --explain --memory --form --dataset-info --shard-size --on-error --max-errors --glob --max-line --output -o --summary --log --quiet -q --help" ;;
    diversify.medoids) words="--rounds -k --fraction --budget --cost --vectors --already --on --order --ranked --explain --memory --form --dataset-info --shard-size --on-error --max-errors --glob --max-line --output -o --summary --log --quiet -q --help" ;;
    diversify.minhash) words="--preset --threshold --ngrams --unit --permutations --fold --text --keep --by --save --load --report --on --jobs -j --form --dataset-info --shard-size --on-error --max-errors --glob --max-line --output -o --summary --log --quiet -q --help" ;;
    diversify.mmr) words="--weight -k --fraction --budget --cost --vectors --lowest --by --already --on --order --ranked --explain --memory --form --dataset-info --shard-size --on-error --max-errors --glob --max-line --output -o --summary --log --quiet -q --help" ;;
    diversify.novelty) words="--most -k --fraction --budget --cost --vectors --lowest --by --already --on --order --ranked --explain --memory --form --dataset-info --shard-size --on-error --max-errors --glob --max-line --output -o --summary --log --quiet -q --help" ;;
    diversify.prototypes) words="--cells --keep -k --fraction --budget --cost --vectors --already --on --order --ranked --explain --memory --form --dataset-info --shard-size --on-error --max-errors --glob --max-line --output -o --summary --log --quiet -q --help" ;;
    diversify.random) words="-k --fraction --budget --cost --seed --key --already --on --order --ranked --explain --memory --form --dataset-info --shard-size --on-error --max-errors --glob --max-line --output -o --summary --log --quiet -q --help" ;;
    diversify.semantic) words="--most --cells --keep -k --fraction --budget --cost --vectors --already --on --order --ranked --explain --memory --form --dataset-info --shard-size --on-error --max-errors --glob --max-line --output -o --summary --log --quiet -q --help" ;;
    diversify.substring) words="--length --unit --text --cut --as --report --on --form --dataset-info --shard-size --on-error --max-errors --glob --max-line --output -o --summary --log --quiet -q --help" ;;
    diversify.votek) words="--neighbours --center --no-center --rule -k --fraction --budget --cost --already --on --lowest --confidence --per --vectors --graph --order --ranked --explain --memory --form --dataset-info --shard-size --on-error --max-errors --glob --max-line --output -o --summary --log --quiet -q --help" ;;
    eval.check) words="--baseline --results --save --format --text --jobs -j --on-error --max-errors --glob --max-line --output -o --summary --log --quiet -q --help" ;;
    eval.classes) words="--mapping --per --card-check --no-card-check --vectors --target-vectors --logits --seed --on-error --max-errors --glob --max-line --output -o --summary --log --quiet -q --help" ;;
    eval.columns) words="--dim -k --sample --most --vectors --seed --output -o --summary --log --quiet -q --help" ;;
    eval.compare) words="--pool --on --target --scores --report --vectors --target-vectors --per --labels --test --test-records --seed --seeds --card-check --no-card-check --text --jobs -j --on-error --max-errors --glob --max-line --output -o --summary --log --quiet -q --help" ;;
    eval.conjoint) words="--kl --l2 --folds --least --attributes --outcome --lowest --against --per --seed --on-error --max-errors --glob --max-line --output -o --summary --log --quiet -q --help" ;;
    eval.coverage) words="--sample --cells --seed --seeds --vectors --on-error --max-errors --glob --max-line --output -o --summary --log --quiet -q --help" ;;
    eval.cut) words="--efficiency --lowest --where --by --bin --edges --reference --against --on --near --within --on-error --max-errors --glob --max-line --output -o --summary --log --quiet -q --help" ;;
    eval.doremi) words="--eta --smoothing --excess --loss --reference --per --step --tokens --prior --on-error --max-errors --glob --max-line --output -o --summary --log --quiet -q --help" ;;
    eval.leak) words="--rule --against --against-text --hits --text --jobs -j --on-error --max-errors --glob --max-line --output -o --summary --log --quiet -q --help" ;;
    eval.match) words="--ngrams --buckets --hash --pool --target --seed --seeds --vectors --target-vectors --text --card-check --no-card-check --per --jobs -j --on-error --max-errors --glob --max-line --output -o --summary --log --quiet -q --help" ;;
    eval.mixture) words="--propose --proposals --law --kl --budget --max-repeats --outside --folds --target --highest --weights --prior --seed --on-error --max-errors --glob --max-line --output -o --summary --log --quiet -q --help" ;;
    eval.neighbours) words="-k --sample --vectors --reference --seed --output -o --summary --log --quiet -q --help" ;;
    eval.probe) words="--probes --knn --temperature --tune --tail --per-class --pool --seed --seeds --vectors --labels --test --test-records --cost --card-check --no-card-check --on-error --max-errors --glob --max-line --output -o --summary --log --quiet -q --help" ;;
    eval.profile) words="--tail --text --by --languages --tokenizer --where --rules --jobs -j --on-error --max-errors --glob --max-line --output -o --summary --log --quiet -q --help" ;;
    eval.stability) words="-k --subsamples --share --pool --on --scores --text --seed --on-error --max-errors --glob --max-line --output -o --summary --log --quiet -q --help" ;;
    eval.utility) words="--ngrams --bytes --pool --target --seed --seeds --text --device --learner --steps --on-error --max-errors --glob --max-line --output -o --summary --log --quiet -q --help" ;;
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

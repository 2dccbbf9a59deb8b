set -eu
old=$1 new=$2 model=$3 rounds=$4
for i in $(seq "$rounds"); do
  if [ $((i % 2)) = 0 ]; then order="new old"; else order="old new"; fi
  for which in $order; do
    if [ $which = old ]; then rt=$old; else rt=$new; fi
    edgescore -q run --runtime "$rt" --model "$model" -t 1 --limit 100 --power-source none --force -o "pair-$which-$i.esr" >/dev/null
  done
done

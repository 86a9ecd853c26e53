### Namen, von denen nur die ersten genannt sind.

lists-listed = { $listed }
lists-listed-more-more = { $more ->
    [one] { $listed } und 1 weitere
   *[other] { $listed } und { $more } weitere
}

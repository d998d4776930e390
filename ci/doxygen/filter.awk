# Comments as Doxygen wants them: "//" becomes "///", or "///<" behind code. The lines at a header's top describe the file.
{
    line = $0
}
NR == 1 && line ~ /^\/\/ / {
    print "/// @file"
    heading = 1
}
heading && line !~ /^\/\// {
    heading = 0
    print ""
}
line ~ /^ *\/\/( |$)/ {
    # Below a comment behind code, at its column, it goes on.
    match(line, /\/\//)
    if (RSTART != behind) behind = 0
    sub(/\/\//, behind ? "///<" : "///", line)
    print escaped(line)
    next
}
{
    behind = 0
}
line ~ /[^ :"\/].* \/\/ / && line !~ /"[^"]*\/\/[^"]*"/ {
    at = match(line, / \/\/ [^\/]*$/)
    if (at > 0 && line !~ /NOLINT/) behind = at + 1
    if (behind) line = substr(line, 1, at) "///<" escaped(substr(line, at + 3))
    print line
    next
}
{
    print line
}
# Nothing in our comments is markup: not <...>, nor @, nor a backslash, nor what Markdown would read.
function escaped(text) {
    gsub(/\\/, "\\\\", text)
    gsub(/@/, "\\@", text)
    sub(/\/\/\/ \\@file/, "/// @file", text)
    gsub(/</, "\\<", text)
    gsub(/>/, "\\>", text)
    sub(/\/\/\/\\</, "///<", text)
    gsub(/#/, "\\#", text)
    gsub(/%/, "\\%", text)
    gsub(/::ffff/, "\\::ffff", text)
    return text
}

" Made by: python -m leadwright.assist.textmate
if exists("b:current_syntax") | finish | endif
syntax case ignore
syntax keyword leadwrightStatement define disqualify event field for grade group guarantee handoff include list outcome rule ruleset score stage test when
syntax keyword leadwrightKeyword and because before between contains days ends expect false followed given in is known like no not off once or since starts surely then true unknown where yes
syntax match leadwrightNumber /\<\d[0-9A-Za-z:.+-]*/
syntax match leadwrightName /\[[^]]*\]/
syntax region leadwrightText start=/"/ skip=/""/ end=/"/ oneline
syntax match leadwrightComment /\(^\|\s\)\zs#.*$/
highlight default link leadwrightStatement Statement
highlight default link leadwrightKeyword Keyword
highlight default link leadwrightNumber Number
highlight default link leadwrightName Identifier
highlight default link leadwrightText String
highlight default link leadwrightComment Comment
let b:current_syntax = "leadwright"

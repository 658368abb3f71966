-- Opens a ruleset with the configuration that comes along, and does by its functions what a person does by keys.
-- What was seen goes into a file as JSON.
local seen = {}

local function ask(method, params)
  local answers = vim.lsp.buf_request_sync(0, method, params, 20000)
  for _, answer in pairs(answers or {}) do
    return answer.result
  end
end

local function until_true(wanted)
  return vim.wait(30000, wanted, 20)
end

local function mistakes()
  return vim.tbl_map(function(one)
    return one.code .. " " .. one.lnum .. ":" .. one.col
  end, vim.diagnostic.get(0))
end

vim.cmd("edit main.rules")
seen.filetype = vim.bo.filetype
until_true(function()
  return #vim.diagnostic.get(0) > 0
end)
seen.mistakes = mistakes()

-- The fix that is offered for the first mistake.
local first = vim.diagnostic.get(0)[1]
vim.api.nvim_win_set_cursor(0, { first.lnum + 1, first.col })
local here = vim.lsp.util.make_range_params()
here.context = { diagnostics = {} }
local action = ask("textDocument/codeAction", here)[1]
seen.fix = action.title
local client = vim.lsp.get_client_by_id(vim.tbl_keys(vim.lsp.buf_get_clients(0))[1])
vim.lsp.util.apply_workspace_edit(action.edit, client.offset_encoding)
until_true(function()
  return #vim.diagnostic.get(0) == 0
end)
seen.mended = mistakes()

vim.fn.search("title in")
seen.hover = ask("textDocument/hover", vim.lsp.util.make_position_params()).contents.value

local rename = vim.lsp.util.make_position_params()
rename.newName = "job title"
vim.lsp.util.apply_workspace_edit(ask("textDocument/rename", rename), client.offset_encoding)

vim.lsp.util.apply_text_edits(
  ask("textDocument/formatting", vim.lsp.util.make_formatting_params({})),
  0,
  client.offset_encoding
)
vim.cmd("wall")

vim.fn.writefile({ vim.json.encode(seen) }, "seen.json")
vim.cmd("qall!")

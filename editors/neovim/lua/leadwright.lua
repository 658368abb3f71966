-- Starts the language server of Leadwright for the rules that are open. For Neovim 0.7 and later.
local M = {}

-- What is run, e.g. { "leadwright", "lsp", "--db", "data/leads.db" }.
M.command = { "leadwright", "lsp" }

local clients = {}

-- The folder of the project: the nearest one with a pyproject.toml or a repository, else the file's own.
local function root_of(path)
  local folder = vim.fn.fnamemodify(path, ":h")
  local marks = { "pyproject.toml", ".git" }
  local above = folder
  while true do
    for _, mark in ipairs(marks) do
      if vim.loop.fs_stat(above .. "/" .. mark) then
        return above
      end
    end
    local next_up = vim.fn.fnamemodify(above, ":h")
    if next_up == above then
      return folder
    end
    above = next_up
  end
end

local function keys(buffer)
  vim.bo[buffer].omnifunc = "v:lua.vim.lsp.omnifunc"
  if vim.fn.has("nvim-0.11") == 1 then
    return -- it has keys of its own
  end
  local function map(key, what)
    vim.keymap.set("n", key, what, { buffer = buffer })
  end
  map("K", vim.lsp.buf.hover)
  map("gd", vim.lsp.buf.definition)
  map("grr", vim.lsp.buf.references)
  map("grn", vim.lsp.buf.rename)
  map("gra", vim.lsp.buf.code_action)
end

function M.start()
  local buffer = vim.api.nvim_get_current_buf()
  local root = root_of(vim.api.nvim_buf_get_name(buffer))
  local id = clients[root]
  if not id or not vim.lsp.get_client_by_id(id) then
    id = vim.lsp.start_client({
      name = "leadwright",
      cmd = M.command,
      cmd_cwd = root,
      root_dir = root,
      workspace_folders = { { uri = vim.uri_from_fname(root), name = root } },
    })
    clients[root] = id
  end
  if id then
    vim.lsp.buf_attach_client(buffer, id)
    keys(buffer)
  end
end

function M.setup(options)
  M.command = (options or {}).command or M.command
end

return M
